import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("receivables", "0002_allocations_never_exceed"),
    ]
    operations = [
        migrations.CreateModel(
            name="Total",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "owner",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("owed", models.DecimalField(decimal_places=2, max_digits=20)),
                ("overdue", models.DecimalField(decimal_places=2, max_digits=20)),
                ("counted_at", models.DateTimeField()),
            ],
        ),
    ]
