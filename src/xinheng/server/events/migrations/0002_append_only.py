"""Nothing rewrites the past: PostgreSQL refuses to change or remove an event, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON events_event
  FOR EACH ROW EXECUTE FUNCTION event_append_only();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON events_event
  FOR EACH STATEMENT EXECUTE FUNCTION event_append_only();
"""
BACKWARD = """
DROP TRIGGER event_no_truncate ON events_event;
DROP TRIGGER event_no_change ON events_event;
DROP FUNCTION event_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
