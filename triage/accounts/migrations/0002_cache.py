"""The table of Django's database cache, in which the throttling of sign-in counts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_invitations_and_security_log")]

    operations = [
        migrations.RunSQL(
            # As `createcachetable` makes it; where that ran before, this does nothing.
            sql=[
                """CREATE TABLE IF NOT EXISTS "cache" (
                    "cache_key" varchar(255) NOT NULL PRIMARY KEY,
                    "value" text NOT NULL,
                    "expires" timestamp with time zone NOT NULL
                )""",
                'CREATE INDEX IF NOT EXISTS "cache_expires" ON "cache" ("expires")',
            ],
            reverse_sql=['DROP TABLE IF EXISTS "cache"'],
        )
    ]
