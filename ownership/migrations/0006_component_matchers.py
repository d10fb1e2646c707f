from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownership', '0005_cluster_recognised_and_trusted'),
    ]

    operations = [
        migrations.AddField(
            model_name='component',
            name='matchers',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='what else is part of it, as a list of {condition: [texts]}; any of them matches'),
        ),
    ]
