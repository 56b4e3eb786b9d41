// check_schema.js FILE NAME: whether the JSON on standard input is as definition NAME of a schema file says; prints what
// is wrong with it, or "valid".
const fs = require("fs");
const Ajv = require("../node_modules/ajv/dist/2020");

const [file, name] = process.argv.slice(2);
const schema = JSON.parse(fs.readFileSync(file, "utf8"));
const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true });
const check = ajv.addSchema(schema).compile({ $ref: `${schema.$id}#/$defs/${name}` });

console.log(check(JSON.parse(fs.readFileSync(0, "utf8"))) ? "valid" : ajv.errorsText(check.errors));
