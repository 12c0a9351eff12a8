// Reads resources, one JSON per line, from standard input; writes what the validator says of each.
const { Fhir } = require("fhir");
const fhir = new Fhir();
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const answer = fhir.validate(JSON.parse(line), { errorOnUnexpected: true });
  const found = answer.messages.filter((one) => one.severity === "error" || one.severity === "fatal");
  process.stdout.write(JSON.stringify(found.map((one) => `${one.location}: ${one.message}`)) + "\n");
}
