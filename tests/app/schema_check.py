"""Holds JSON Lines on standard input against docs/schema/NAME.schema.json: schema_check.py NAME [WANTED-COUNT].

Exits with 1 and says which line is wrong; with 77 when python3-jsonschema is not there."""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

folder = pathlib.Path(__file__).parents[2] / "docs" / "schema"
schema = json.loads((folder / f"{sys.argv[1]}.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
count = 0
for count, line in enumerate(sys.stdin.buffer, 1):
    for error in validator.iter_errors(json.loads(line)):
        sys.exit(f"line {count}: {error.message[:300]} at {list(error.absolute_path)}: {line[:300]!r}")
if len(sys.argv) > 2 and count != int(sys.argv[2]):
    sys.exit(f"{count} lines, want {sys.argv[2]}")
