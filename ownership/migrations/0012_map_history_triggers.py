"""Triggers that keep the history of the map: one row for each row that a statement changed.

They run once a statement, with all the rows that it changed, so a bulk statement of a thousand rows writes its history
in one statement more. `ownership.version.written_by` tells them who, from where and when.
"""

from django.db import migrations

TABLES = {
    "ownership_team": "team",
    "ownership_member": "member",
    "ownership_teamcontact": "team contact",
    "ownership_cluster": "cluster",
    "ownership_component": "component",
    "ownership_namespace": "namespace",
    "ownership_ownershiprule": "rule",
    "ownership_responsibilityrule": "responsibility",
    "ownership_ownershiprefusal": "refusal",
}

# By what a row is found again. A rule that does not name its namespaces as words may match anywhere.
WORDS = r"""
CREATE FUNCTION ownership_history_words(what text, kept jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  words text[] := ARRAY[]::text[];
  places jsonb := kept #> '{matcher,namespace}';
BEGIN
  IF kept IS NULL THEN
    RETURN words;
  END IF;
  IF what = 'team' THEN
    words := ARRAY['map', 'team ' || (kept->>'id')];
  ELSIF what = 'cluster' THEN
    words := ARRAY['map', 'cluster ' || (kept->>'id'), 'team ' || (kept->>'operated_by_id')];
    words := words || ('team ' || (kept->>'dedicated_to_id')) || ('team ' || (kept->>'fallback_id'));
  ELSIF what = 'component' THEN
    words := ARRAY['cluster ' || (kept->>'cluster_id')];
  ELSIF what = 'namespace' THEN
    words := ARRAY['namespace ' || (kept->>'name')];
    IF kept->>'level' = 'full' THEN
      words := words || 'map'::text;
    END IF;
  ELSIF what IN ('rule', 'refusal') THEN
    IF jsonb_typeof(places) = 'array' AND places <> '[]' AND NOT jsonb_path_exists(places, '$[*] ? (@ like_regex "^~|[*?]")') THEN
      words := ARRAY(SELECT 'namespace ' || place FROM jsonb_array_elements_text(places) AS place);
    ELSE
      words := ARRAY['rules of ' || coalesce(kept->>'cluster_id', '*')];
    END IF;
  ELSIF what = 'responsibility' THEN
    words := ARRAY[CASE WHEN kept->>'namespace' = '' THEN 'map' ELSE 'namespace ' || (kept->>'namespace') END];
  END IF;
  RETURN array_remove(words || ('team ' || (kept->>'team_id')), NULL);
END
$$
"""

# A row that was written again as it was has not changed, whatever its `updated_at` says.
KEEP = """
CREATE FUNCTION ownership_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  the_author text := coalesce(nullif(current_setting('whose.author', true), ''), session_user);
  the_source text := coalesce(nullif(current_setting('whose.source', true), ''), 'database');
  the_moment timestamptz := coalesce(nullif(current_setting('whose.at', true), '')::timestamptz, now());
  the_kind text := TG_ARGV[0];
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO ownership_mapchange (changed_at, author, source, what, row_id, before, after, words)
    SELECT the_moment, the_author, the_source, the_kind, n.id, NULL, to_jsonb(n),
           ownership_history_words(the_kind, to_jsonb(n))
    FROM new_rows n ORDER BY n.id;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO ownership_mapchange (changed_at, author, source, what, row_id, before, after, words)
    SELECT the_moment, the_author, the_source, the_kind, id, to_jsonb(o), to_jsonb(n),
           ownership_history_words(the_kind, to_jsonb(o)) || ownership_history_words(the_kind, to_jsonb(n))
    FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE to_jsonb(o) - 'updated_at' IS DISTINCT FROM to_jsonb(n) - 'updated_at' ORDER BY id;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO ownership_mapchange (changed_at, author, source, what, row_id, before, after, words)
    SELECT the_moment, the_author, the_source, the_kind, o.id, to_jsonb(o), NULL,
           ownership_history_words(the_kind, to_jsonb(o))
    FROM old_rows o ORDER BY o.id;
  ELSE
    EXECUTE format(
      'INSERT INTO ownership_mapchange (changed_at, author, source, what, row_id, before, after, words)
       SELECT $1, $2, $3, $4, o.id, to_jsonb(o), NULL, ownership_history_words($4, to_jsonb(o)) FROM %I.%I o',
      TG_TABLE_SCHEMA, TG_TABLE_NAME
    ) USING the_moment, the_author, the_source, the_kind;
  END IF;
  RETURN NULL;
END
$$
"""


def triggers(table, what):
    rows = {
        "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
        "update": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
        # There are no tables of what a TRUNCATE removes: it is read before.
        "truncate": "BEFORE TRUNCATE ON {table}",
    }
    for event, when in rows.items():
        yield migrations.RunSQL(
            f"CREATE TRIGGER {table}_history_{event} {when.format(table=table)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION ownership_keep_history('{what}')",
            f"DROP TRIGGER {table}_history_{event} ON {table}",
        )


class Migration(migrations.Migration):

    dependencies = [
        ("ownership", "0011_map_history"),
    ]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION ownership_history_words"),
        migrations.RunSQL(KEEP, "DROP FUNCTION ownership_keep_history"),
        *(operation for table, what in TABLES.items() for operation in triggers(table, what)),
    ]
