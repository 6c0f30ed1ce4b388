"""Customer numbers come from a sequence, so that two people never get the same one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE customer_number", "DROP SEQUENCE customer_number")]
