// Ordinary things with ordinary clients: clients.mjs URL TOKEN, of Rita; connects to the database as libpq would. TAP.
import assert from 'node:assert/strict';
import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { DatabaseSchema } from '@mikro-orm/knex';
import { PostgrestClient } from '@supabase/postgrest-js';
import pg from 'pg';

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

// MikroORM: what it makes of the catalogue, and a change through it.
const Report = new EntitySchema({
    name: 'Report', schema: 'civic', tableName: 'reports',
    properties: {
        organizationId: { type: 'uuid', primary: true }, id: { type: 'uuid', primary: true },
        title: { type: 'text' }, status: { type: 'text' }, landmark: { type: 'text', nullable: true },
    },
});
const orm = await MikroORM.init({
    host: process.env.PGHOST, port: process.env.PGPORT, user: process.env.PGUSER, dbName: process.env.PGDATABASE,
    entities: [Report], schemaGenerator: { ignoreSchema: ['civic_private', 'public'] },
});
const schema = await DatabaseSchema.create(orm.em.getConnection(), orm.em.getPlatform(), orm.config, 'civic');
const reports = schema.getTable('civic.reports');

await test('MikroORM: tables and their comments', () => {
    assert.ok(schema.getTables().length > 90);
    assert.ok(schema.getTables().every((t) => t.comment && t.getColumns().length > 0));
});
await test('MikroORM: keys of two columns', () => {
    assert.deepEqual(reports.getPrimaryKey().columnNames, ['organization_id', 'id']);
    const key = reports.getForeignKeys().reports_user_fkey;
    assert.deepEqual([key.columnNames, key.referencedTableName, key.referencedColumnNames],
        [['organization_id', 'user_id'], 'civic.users', ['organization_id', 'id']]);
    assert.ok(schema.getTables().every((t) => t.name.startsWith('audit_') || t.getPrimaryKey()));
});
await test('MikroORM: enums and domains', () => {
    assert.ok(Object.keys(schema.getNativeEnums()).length > 70);
    assert.deepEqual(reports.getColumn('severity').enumItems, ['low', 'medium', 'high', 'critical']);
    assert.equal(reports.getColumn('latitude').type, 'float8');
});
await test('MikroORM: a change in a transaction, and a refusal', async () => {
    const change = (values) => orm.em.fork().transactional(async (em) => {
        await em.execute("SELECT set_config('role', 'civic_user', true), set_config('civic.user_id', ?, true)", [RITA]);
        const report = await em.findOneOrFail(Report, { title: 'Pothole of Rita' });
        Object.assign(report, values);
    });
    await change({ landmark: 'Bridge' });
    await assert.rejects(change({ status: 'closed' }), { code: REFUSAL.code, detail: REFUSAL.details, hint: REFUSAL.hint });
    const after = await orm.em.fork().findOneOrFail(Report, { title: 'Pothole of Rita' });
    assert.deepEqual([after.landmark, after.status], ['Bridge', 'assigned_to_department']);
});
await orm.close();

console.log(`1..${tests}`);
process.exitCode = failures > 0 ? 1 : 0;
