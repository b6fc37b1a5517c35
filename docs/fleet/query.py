#!/usr/bin/env python3
"""Asks the merged stream with DuckDB (pip install duckdb)."""
import sys

import duckdb

STREAM = sys.argv[1] if len(sys.argv) > 1 else "fleet/fleet.ndjson"
QUESTIONS = {
    "how much was looked at": """
        SELECT type, count(*) AS lines FROM fleet WHERE type IN ('file', 'image') GROUP BY type ORDER BY type""",
    "what is wrong most often": """
        SELECT rule, severity, count(*) AS found, count(DISTINCT coalesce(image, file)) AS places
        FROM fleet WHERE type = 'diagnostic' GROUP BY ALL ORDER BY found DESC, rule LIMIT 8""",
    "which teams rebuild for nothing": """
        SELECT split_part(file, '/', 2) AS team, count(*) AS files
        FROM fleet WHERE rule = 'copy-before-install' GROUP BY team ORDER BY files DESC, team LIMIT 5""",
    "which layers many images share": """
        SELECT left(layer->>'diff_id', 19) AS layer, count(*) AS images, any_value(layer->>'instruction') AS instruction
        FROM (SELECT unnest(json_extract(whole, '$.history[*]')) AS layer FROM fleet WHERE type = 'image')
        GROUP BY layer->>'diff_id' ORDER BY images DESC, layer LIMIT 3""",
    "which images waste most": """
        SELECT image, json_extract(whole, '$.files.totals.wasted_bytes')::BIGINT AS wasted
        FROM fleet WHERE type = 'image' ORDER BY wasted DESC, image LIMIT 5""",
}


def main():
    db = duckdb.connect()
    db.execute("""
        CREATE VIEW fleet AS
        SELECT json AS whole, json->>'type' AS type, json->>'rule' AS rule, json->>'severity' AS severity,
               json->>'file' AS file, json->>'image' AS image
        FROM read_ndjson_objects(?)""".replace("?", f"'{STREAM}'"))
    for question, sql in QUESTIONS.items():
        print(f"-- {question}\n{db.sql(sql)}")


if __name__ == "__main__":
    main()
