import django.db.models.deletion
import django.utils.timezone
import ownership.sources
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0003_source_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='children', to='ownership.team'),
        ),
        migrations.CreateModel(
            name='TeamContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('manual', 'manual'), ('file', 'file'), ('annotation', 'annotation'), ('label', 'label'), ('catalog', 'catalog'), ('codeowners', 'codeowners')], default=ownership.sources.Source['MANUAL'], max_length=16)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('chat', 'Chat'), ('email', 'E-mail'), ('phone', 'Phone'), ('web', 'Web page')], max_length=8)),
                ('address', models.CharField(max_length=500)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='ownership.team')),
            ],
            options={
                'ordering': ['team', 'kind', 'address'],
                'constraints': [models.UniqueConstraint(fields=('team', 'kind', 'address'), name='team_contact_once')],
            },
        ),
    ]
