// node validate.mjs FILE - prints what in FILE is not OpenAPI as its official schema has it; exit 1 then.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const validator = new Validator({ strict: false });
const answer = await validator.validate(document);

if (!answer.valid) {
  console.log(JSON.stringify(answer.errors, null, 1));
  process.exit(1);
}
console.log(validator.version);
