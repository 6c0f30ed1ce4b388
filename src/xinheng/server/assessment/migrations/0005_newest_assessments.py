"""Which assessment is each customer's newest, kept by triggers; and the orders of the list as indexes."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION standing_newest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO assessment_standing (customer_id, assessment_id, grade, score, as_of, hand_grade, hand_until)
  SELECT DISTINCT ON (customer_id) customer_id, id, grade, score, as_of, '', NULL FROM fresh
  ORDER BY customer_id, id DESC
  ON CONFLICT (customer_id) DO UPDATE SET assessment_id = excluded.assessment_id, grade = excluded.grade,
    score = excluded.score, as_of = excluded.as_of, hand_grade = '', hand_until = NULL
  WHERE excluded.assessment_id > assessment_standing.assessment_id;
  RETURN NULL;
END $$;
CREATE TRIGGER standing_newest AFTER INSERT ON assessment_assessment
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION standing_newest();

CREATE FUNCTION standing_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE assessment_standing SET grade = NEW.grade, score = NEW.score, as_of = NEW.as_of WHERE assessment_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER standing_follows AFTER UPDATE ON assessment_assessment
  FOR EACH ROW EXECUTE FUNCTION standing_follows();

CREATE FUNCTION standing_set_by_hand(assessment bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE assessment_standing s SET
    hand_grade = coalesce(newest.grade, ''), hand_until = newest.valid_until
  FROM (SELECT 1) AS always LEFT JOIN LATERAL (
    SELECT CASE WHEN w.id IS NULL THEN o.grade END AS grade, CASE WHEN w.id IS NULL THEN o.valid_until END AS valid_until
    FROM assessment_override o LEFT JOIN assessment_overridewithdrawal w ON w.override_id = o.id
    WHERE o.assessment_id = assessment ORDER BY o.id DESC LIMIT 1) AS newest ON true
  WHERE s.assessment_id = assessment
$$;
CREATE FUNCTION standing_overridden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM standing_set_by_hand(coalesce(NEW.assessment_id, OLD.assessment_id));
  RETURN NULL;
END $$;
CREATE TRIGGER standing_overridden AFTER INSERT OR UPDATE OR DELETE ON assessment_override
  FOR EACH ROW EXECUTE FUNCTION standing_overridden();
CREATE FUNCTION standing_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM standing_set_by_hand(assessment_id) FROM assessment_override
  WHERE id = coalesce(NEW.override_id, OLD.override_id);
  RETURN NULL;
END $$;
CREATE TRIGGER standing_withdrawn AFTER INSERT OR DELETE ON assessment_overridewithdrawal
  FOR EACH ROW EXECUTE FUNCTION standing_withdrawn();

INSERT INTO assessment_standing (customer_id, assessment_id, grade, score, as_of, hand_grade)
SELECT DISTINCT ON (customer_id) customer_id, id, grade, score, as_of, '' FROM assessment_assessment
ORDER BY customer_id, id DESC;
SELECT standing_set_by_hand(assessment_id) FROM (SELECT DISTINCT assessment_id FROM assessment_override) AS overridden;
"""
BACKWARD = """
DROP TRIGGER standing_withdrawn ON assessment_overridewithdrawal;
DROP TRIGGER standing_overridden ON assessment_override;
DROP TRIGGER standing_follows ON assessment_assessment;
DROP TRIGGER standing_newest ON assessment_assessment;
DROP FUNCTION standing_withdrawn();
DROP FUNCTION standing_overridden();
DROP FUNCTION standing_set_by_hand(bigint);
DROP FUNCTION standing_follows();
DROP FUNCTION standing_newest();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assessment", "0004_statements_checked_and_drafts"),
        ("customers", "0004_live_files_by_number"),
    ]
    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="as_newest",
                        to="assessment.assessment",
                    ),
                ),
                ("grade", models.CharField(blank=True, max_length=3)),
                ("score", models.FloatField(null=True)),
                ("as_of", models.DateField()),
                ("hand_grade", models.CharField(blank=True, max_length=3)),
                ("hand_until", models.DateField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["grade", "score"], name="standing_grade"),
                    models.Index(fields=["as_of", "assessment"], name="standing_as_of"),
                ],
            },
        ),
        migrations.AddIndex("assessment", models.Index(fields=["as_of", "id"], name="assessment_as_of")),
        migrations.AddIndex("assessment", models.Index(fields=["score", "id"], name="assessment_score")),
        migrations.AddIndex("assessment", models.Index(fields=["pd", "id"], name="assessment_pd")),
        migrations.AddIndex("assessment", models.Index(fields=["limit_proposed", "id"], name="assessment_limit")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
