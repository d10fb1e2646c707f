import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import ownership.sources
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0008_ownership_rule'),
    ]

    operations = [
        migrations.CreateModel(
            name='ResponsibilityRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('namespace', models.CharField(blank=True, help_text='empty: every namespace', max_length=63)),
                ('kind', models.CharField(help_text='as Kubernetes writes it, in any case', max_length=63)),
                ('level', models.CharField(choices=[('image', 'Image'), ('workloads', 'Workloads'), ('namespace', 'Namespace'), ('full', 'Full')], max_length=16)),
                ('who', models.CharField(choices=[('operators', 'operators'), ('team', 'team')], max_length=16)),
                ('cluster', models.ForeignKey(blank=True, help_text='empty: every cluster', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='responsibilities', to='ownership.cluster')),
            ],
            options={
                'ordering': ['cluster', 'namespace', 'kind', 'level'],
                'constraints': [models.UniqueConstraint(models.F('cluster'), models.F('namespace'), django.db.models.functions.text.Lower('kind'), models.F('level'), name='responsibility_rule_once', nulls_distinct=False, violation_error_message='The table has such a row already.')],
            },
        ),
    ]
