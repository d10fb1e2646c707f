from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0006_component_matchers'),
    ]

    operations = [
        migrations.AddField(
            model_name='namespace',
            name='annotations_for',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='slugs of the other teams that annotations of workloads may name in this namespace'),
        ),
    ]
