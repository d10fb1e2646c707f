import ownership.responsibility
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0004_team_parent_and_contacts'),
    ]

    operations = [
        migrations.AddField(
            model_name='cluster',
            name='fallback_policy',
            field=models.CharField(choices=[('team', 'Team'), ('operators', 'Operators'), ('owner', 'Owner')], db_default='team', default=ownership.responsibility.FallbackPolicy['TEAM'], max_length=16),
        ),
        migrations.AddField(
            model_name='cluster',
            name='labels_for',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='slugs of the teams that labels of namespaces may name here; empty: labels do not count'),
        ),
        migrations.AddField(
            model_name='cluster',
            name='recognised_by',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='matchers over the labels of alerts, as a list of {labels.NAME: [texts]}; any of them recognises it'),
        ),
    ]
