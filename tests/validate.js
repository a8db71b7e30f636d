// SPDX-License-Identifier: MIT
// An independent validator: files against a JSON Schema, with ajv and js-yaml. Says of each file whether it is
// valid, and why not. Run where both are installed: node validate.js SCHEMA FILE...
"use strict";
const fs = require("fs");
const net = require("net");
const path = require("path");
const load = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const yaml = load("js-yaml");

const schema = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const draft2020 = (schema.$schema || "").includes("2020-12");
const Ajv = load(draft2020 ? "ajv/dist/2020" : "ajv").default;
const ajv = new Ajv({ strictSchema: draft2020, strictTypes: false, strictRequired: false });
const formats = {
    ipv4: net.isIPv4,
    ipv6: net.isIPv6,
    uri: (text) => URL.canParse(text),
    "date-time": (text) => !isNaN(Date.parse(text)),
    date: (text) => !isNaN(Date.parse(text)),
};
for (const [name, validator] of Object.entries(formats)) ajv.addFormat(name, validator);
if (!draft2020) {
    ajv.addMetaSchema(load("ajv/dist/refs/json-schema-draft-06.json"));
    for (const other of Object.values(load("har-schema")))
        if (other.$id !== schema.$id) ajv.addSchema(other);
}
const validate = ajv.compile(schema);

// A record a line, or one document.
function documents(file) {
    const text = fs.readFileSync(file, "utf8");
    if (file.endsWith(".jsonl")) return text.trim().split("\n").map((line) => JSON.parse(line));
    return [yaml.load(text, { schema: yaml.CORE_SCHEMA })];
}

for (const file of process.argv.slice(3)) {
    const name = path.basename(file);
    try {
        const wrong = documents(file).find((document) => !validate(document));
        if (wrong === undefined) console.log(`valid ${name}`);
        else console.log(`invalid ${name} ${ajv.errorsText(validate.errors)}`);
    } catch (error) {
        console.log(`invalid ${name} ${error.message.split("\n")[0]}`);
    }
}
