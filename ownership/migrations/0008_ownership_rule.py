import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import ownership.sources
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0007_namespace_annotations_for'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnershipRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('matcher', models.JSONField(help_text='{condition: [texts]}, all of which hold')),
                ('level', models.CharField(blank=True, choices=[('image', 'Image'), ('workloads', 'Workloads'), ('namespace', 'Namespace'), ('full', 'Full')], help_text='empty: the level of the namespace', max_length=16)),
                ('precedence', models.CharField(choices=[('component', 'component'), ('annotation', 'annotation'), ('workload', 'workload'), ('namespace', 'namespace'), ('catalog', 'catalog'), ('codeowners', 'codeowners'), ('rule', 'rule'), ('shipped', 'shipped'), ('cluster', 'cluster')], max_length=16)),
                ('written_by', models.CharField(blank=True, max_length=150)),
                ('origin', models.CharField(blank=True, max_length=600)),
                ('cluster', models.ForeignKey(blank=True, help_text='empty: every cluster', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='ownership.cluster')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='ownership.team')),
            ],
            options={
                'ordering': ['cluster', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('cluster'), django.db.models.functions.text.MD5(django.db.models.functions.comparison.Cast('matcher', models.TextField())), models.F('source'), name='ownership_rule_once_from_a_source', nulls_distinct=False, violation_error_message='There is such a rule already.')],
            },
        ),
    ]
