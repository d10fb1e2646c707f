import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0009_responsibility_rule'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnershipRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matcher', models.JSONField(help_text='of the rule that is refused')),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('refused_by', models.CharField(blank=True, max_length=150)),
                ('refused_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='ownership.cluster')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='ownership.team')),
            ],
            options={
                'ordering': ['cluster', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('cluster'), django.db.models.functions.text.MD5(django.db.models.functions.comparison.Cast('matcher', models.TextField())), models.F('team'), name='ownership_refusal_once')],
            },
        ),
    ]
