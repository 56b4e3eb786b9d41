// Ordinary things with ordinary clients: clients.mjs URL TOKEN, of Rita; connects to the database as libpq would. TAP.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { and, eq, is, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgTable, getTableConfig, isPgEnum } from 'drizzle-orm/pg-core';
import { transform } from 'esbuild';
import { PostgrestClient } from '@supabase/postgrest-js';
import pg from 'pg';

const run = promisify(execFile);
const [url, token] = process.argv.slice(2);
const RITA = '00000000-0000-0000-0000-00000000000a';
const LAMP = { title: 'Lamp is dark', description: 'The street light is dark.', latitude: 12, longitude: 77 };
const REFUSAL = {
    code: 'ZC001', message: 'report cannot go from "assigned_to_department" to "closed"',
    details: 'No rule of workflow "report" allows this move.',
    hint: 'No move from "assigned_to_department" is open to you.',
};
let tests = 0;
let failures = 0;

async function test(name, act) {
    tests += 1;
    try {
        await act();
        console.log(`ok ${tests} - ${name}`);
    } catch (error) {
        failures += 1;
        console.log(`not ok ${tests} - ${name}\n${String(error.stack).replace(/^/gm, '# ')}`);
    }
}

// node-postgres: one transaction for a person, as a service does it.
const pool = new pg.Pool();
async function asRita(act) {
    const client = await pool.connect();
    try {
        await client.query('BEGIN');
        await client.query("SELECT set_config('role', 'civic_user', true), set_config('civic.user_id', $1, true)", [RITA]);
        const answer = await act(client);
        await client.query('COMMIT');
        return answer;
    } catch (error) {
        await client.query('ROLLBACK');
        throw error;
    } finally {
        client.release();
    }
}

await test('pg: one sees what is one\'s own', async () => {
    const { rows } = await asRita((c) => c.query('SELECT title, status, latitude FROM civic.reports'));
    assert.deepEqual(rows, [{ title: 'Pothole of Rita', status: 'assigned_to_department', latitude: 12 }]);
});
await test('pg: with parameters', async () => {
    const { rows } = await asRita((c) => c.query('SELECT title FROM civic.reports WHERE created_at > $2'
        + ' AND status = ANY ($1::civic.report_status[])', [['assigned_to_department', 'closed'], new Date(0)]));
    assert.equal(rows.length, 1);
});
await test('pg: a report is filed', async () => {
    const { rows } = await asRita((c) => c.query('SELECT * FROM civic.submit_report($1, $2, $3, $4)', Object.values(LAMP)));
    assert.equal(rows[0].user_id, RITA);
    assert.match(rows[0].report_number, /^CL-/);
    assert.ok(rows[0].created_at instanceof Date);
});
await test('pg: a refusal has code, detail, hint and column', async () => {
    const error = await asRita((c) => c.query("UPDATE civic.reports SET status = 'closed' WHERE title LIKE 'Pothole%'"))
        .catch((e) => e);
    assert.deepEqual([error.code, error.message, error.detail, error.hint, error.schema, error.table, error.column],
        [...Object.values(REFUSAL), 'civic', 'reports', 'status']);
});
await test('pg: the next who gets the connection is nobody', async () => {
    const { rows } = await pool.query('SELECT civic.current_user_id() AS id');
    assert.equal(rows[0].id, null);
});
await pool.end();

// postgrest-js, which is what supabase-js hands out as from() and rpc().
const api = new PostgrestClient(url, { headers: { Authorization: `Bearer ${token}` } });

await test('postgrest-js: reading, filtering, embedding', async () => {
    const { data, error } = await api.from('reports').select('title, departments(code)').eq('severity', 'medium')
        .like('title', 'Pothole%').order('title').limit(5);
    assert.equal(error, null);
    assert.deepEqual(data, [{ title: 'Pothole of Rita', departments: { code: 'PWD' } }]);
});
await test('postgrest-js: a page and how many there are', async () => {
    const { data, count } = await api.from('categories').select('code', { count: 'exact' }).order('code').range(1, 2);
    assert.deepEqual([data, count], [[{ code: 'electricity' }, { code: 'other' }], 8]);
});
await test('postgrest-js: inserting', async () => {
    const { data, status } = await api.from('reports').insert({ ...LAMP, title: 'Burst pipe' })
        .select('user_id, status').single();
    assert.deepEqual([status, data.user_id], [201, RITA]);
});
await test('postgrest-js: updating', async () => {
    const { data } = await api.from('reports').update({ landmark: 'Mill' }).eq('title', 'Burst pipe').select('landmark');
    assert.deepEqual(data, [{ landmark: 'Mill' }]);
});
await test('postgrest-js: a refusal has code, details and hint', async () => {
    const { error, status } = await api.from('reports').update({ status: 'closed' }).like('title', 'Pothole%');
    assert.equal(status, 400);
    assert.deepEqual({ ...error }, REFUSAL);
});
await test('postgrest-js: upsert', async () => {
    for (const priority of ['high', 'low']) {
        const { data, error } = await api.from('notification_settings').upsert({ min_priority: priority })
            .select('min_priority').single();
        assert.equal(error, null);
        assert.equal(data.min_priority, priority);
    }
});
await test('postgrest-js: calling functions', async () => {
    const { data } = await api.rpc('my_reports', { max_rows: 1 }).select('title');
    assert.deepEqual(data, [{ title: 'Burst pipe' }]);
    const { error, status } = await api.rpc('support_report', { report_id: RITA });
    assert.deepEqual([status, error.code], [404, 'PT404']);
});
await test('postgrest-js: without a token', async () => {
    const { error, status } = await new PostgrestClient(url).from('users').select();
    assert.deepEqual([status, error.code], [401, '42501']);
});

// Drizzle: what it makes of the catalogue, and a change through it.
const directory = await mkdtemp(new URL('../node_modules/.drizzle-', import.meta.url).pathname);
const where = { host: '127.0.0.1', port: process.env.PGPORT, user: process.env.PGUSER, database: process.env.PGDATABASE };
let schema;
let db;
const catalogue = new pg.Pool();
const count = async (sql) => Number((await catalogue.query(`SELECT count(*) AS n FROM ${sql}`)).rows[0].n);
const tablesOf = () => Object.values(schema).filter((one) => is(one, PgTable)).map(getTableConfig);

await test('Drizzle: reads the database without a complaint', async () => {
    await writeFile(`${directory}/drizzle.config.json`, JSON.stringify({
        dialect: 'postgresql', schemaFilter: ['civic'], out: directory, introspect: { casing: 'preserve' },
        dbCredentials: { ...where, port: Number(where.port), password: 'none', ssl: false },
    }));
    const { stdout, stderr } = await run(process.execPath, [
        fileURLToPath(new URL('../node_modules/drizzle-kit/bin.cjs', import.meta.url)), 'pull', `--config=${directory}/drizzle.config.json`]);
    assert.equal(stderr, '');
    assert.match(stdout, /schema file is ready/);
    // Drizzle leaves to the programmer what domains and types that it does not know are, and writes the default '' as one
    // quotation mark.
    const written = (await readFile(`${directory}/schema.ts`, 'utf8')).replace("default(')", "default('')");
    const unknown = "import { customType } from 'drizzle-orm/pg-core';\n"
        + "const unknown = customType({ dataType: () => 'text' });\n";
    await writeFile(`${directory}/schema.mjs`, (await transform(unknown + written, { loader: 'ts' })).code);
    schema = await import(`${directory}/schema.mjs`);
    db = drizzle(catalogue, { schema });
});
await test('Drizzle: every table with its columns', async () => {
    const columns = tablesOf().flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`)).sort();
    const { rows } = await catalogue.query("SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns"
        + " AS c JOIN information_schema.tables AS t USING (table_schema, table_name) WHERE table_schema = 'civic'"
        + " AND t.table_type = 'BASE TABLE'");
    assert.ok(columns.length > 1000);
    assert.deepEqual(columns, rows.map((row) => row.name).sort());
});
await test('Drizzle: keys of several columns', async () => {
    const tables = tablesOf();
    assert.equal(tables.reduce((sum, table) => sum + table.foreignKeys.length, 0),
        await count("pg_constraint WHERE contype = 'f' AND connamespace = 'civic'::regnamespace"));
    assert.equal(tables.reduce((sum, table) => sum + table.primaryKeys.length, 0),
        await count("pg_constraint WHERE contype = 'p' AND connamespace = 'civic'::regnamespace"
            + ' AND cardinality(conkey) > 1'));
    const reports = getTableConfig(schema.reportsInCivic);
    const names = (columns) => columns.map((column) => column.name);
    assert.deepEqual(names(reports.primaryKeys[0].columns), ['organization_id', 'id']);
    const key = reports.foreignKeys.find((one) => one.getName() === 'reports_user_fkey').reference();
    assert.deepEqual([names(key.columns), getTableConfig(key.foreignTable).name, names(key.foreignColumns)],
        [['organization_id', 'user_id'], 'users', ['organization_id', 'id']]);
});
await test('Drizzle: every enum', async () => {
    const enums = Object.values(schema).filter((one) => isPgEnum(one));
    assert.equal(enums.length, await count("pg_type WHERE typtype = 'e' AND typnamespace = 'civic'::regnamespace"));
    assert.deepEqual(schema.report_severityInCivic.enumValues, ['low', 'medium', 'high', 'critical']);
});
await test('Drizzle: a change in a transaction, and a refusal', async () => {
    const { reportsInCivic: reports, usersInCivic: users } = schema;
    const mine = eq(reports.title, 'Pothole of Rita');
    const change = (values) => db.transaction(async (tx) => {
        await tx.execute(sql`SELECT set_config('role', 'civic_user', true), set_config('civic.user_id', ${RITA}, true)`);
        await tx.update(reports).set(values).where(mine);
    });
    await change({ landmark: 'Bridge' });
    await assert.rejects(change({ status: 'closed' }), ({ cause }) => {
        assert.deepEqual([cause.code, cause.detail, cause.hint], [REFUSAL.code, REFUSAL.details, REFUSAL.hint]);
        return true;
    });
    const after = await db.select({ landmark: reports.landmark, status: reports.status, by: users.full_name })
        .from(reports).where(mine).innerJoin(users,
            and(eq(users.organization_id, reports.organization_id), eq(users.id, reports.user_id)));
    assert.deepEqual(after, [{ landmark: 'Bridge', status: 'assigned_to_department', by: 'Rita' }]);
});
await catalogue.end();
await rm(directory, { recursive: true });

console.log(`1..${tests}`);
process.exitCode = failures > 0 ? 1 : 0;
