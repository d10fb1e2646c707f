import ownership.sources
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0002_map_and_oncall'),
    ]

    operations = [
        migrations.AlterField(
            model_name='cluster',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='component',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='contactmethod',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='escalationpolicy',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='member',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], db_default='manual', default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='namespace',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='schedule',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='team',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], db_default='manual', default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
        migrations.AlterField(
            model_name='teamchannel',
            name='source',
            field=models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16),
        ),
    ]
