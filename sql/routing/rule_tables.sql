CREATE TABLE civic_private.routing_signal ();
COMMENT ON TABLE civic_private.routing_signal IS
    'Always empty. Its invalidation tells every backend that rules of routing, or what they refer to, changed.';

CREATE TABLE civic.routing_rules (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    category text,
    category_group text,
    sub_category text,
    area_id uuid,
    department_id uuid NOT NULL,
    is_override boolean NOT NULL DEFAULT false,
    priority integer NOT NULL DEFAULT 100,
    valid_from date NOT NULL DEFAULT '-infinity',
    valid_until date NOT NULL DEFAULT 'infinity',
    is_active boolean NOT NULL DEFAULT true,
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT routing_rules_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT routing_rules_category_fkey FOREIGN KEY (organization_id, category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE,
    CONSTRAINT routing_rules_area_fkey FOREIGN KEY (organization_id, area_id)
        REFERENCES civic.areas (organization_id, id),
    CONSTRAINT routing_rules_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT routing_rules_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT routing_rules_group_check CHECK (category_group ~ '^[a-z0-9][a-z0-9_]{0,99}$'),
    CONSTRAINT routing_rules_subject_check CHECK (num_nonnulls(category, category_group) <= 1),
    CONSTRAINT routing_rules_scope_check CHECK (is_override OR num_nonnulls(category, category_group, area_id) > 0),
    CONSTRAINT routing_rules_sub_category_check CHECK (
        sub_category IS NULL OR (is_override AND length(sub_category) BETWEEN 1 AND 100)
    ),
    CONSTRAINT routing_rules_priority_check CHECK (priority BETWEEN 0 AND 1000000),
    CONSTRAINT routing_rules_validity_check CHECK (valid_until > valid_from)
);
CREATE INDEX routing_rules_category ON civic.routing_rules (organization_id, category);
CREATE INDEX routing_rules_area ON civic.routing_rules (organization_id, area_id);
CREATE INDEX routing_rules_department ON civic.routing_rules (organization_id, department_id);
COMMENT ON TABLE civic.routing_rules IS
    'Which department gets which reports. Of the rules that fit a report the first in this order holds: override;'
    ' category and area; group and area; category; group; area. Among equals the lower priority number, then the'
    ' smaller area, then the lower id. The department in civic.categories counts as a rule for the category that comes'
    ' after all others. Rules that reports refer to stay; switch them off or end them.';
COMMENT ON COLUMN civic.routing_rules.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.routing_rules.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.routing_rules.name IS 'Name shown to people, 1 to 255 characters.';
COMMENT ON COLUMN civic.routing_rules.category IS 'Only reports of this category; null for any.';
COMMENT ON COLUMN civic.routing_rules.category_group IS
    'Only reports of categories of this group; null for any. Not together with category.';
COMMENT ON COLUMN civic.routing_rules.sub_category IS
    'Only reports with exactly this sub-category; null for any. For overrides.';
COMMENT ON COLUMN civic.routing_rules.area_id IS
    'Only places in this area, its border included; null for everywhere. All versions of the area with the same kind'
    ' and code count, each while it is valid.';
COMMENT ON COLUMN civic.routing_rules.department_id IS
    'Department that gets the reports. While it is not active, the rule does not hold.';
COMMENT ON COLUMN civic.routing_rules.is_override IS 'Comes before all rules that are not; may fit anything.';
COMMENT ON COLUMN civic.routing_rules.priority IS
    'Lower numbers first, 0 to 1000000; decides between rules of the same level.';
COMMENT ON COLUMN civic.routing_rules.valid_from IS
    'Reports filed from this day on, in the time zone of the organization.';
COMMENT ON COLUMN civic.routing_rules.valid_until IS 'Reports filed before this day.';
COMMENT ON COLUMN civic.routing_rules.is_active IS 'False: the rule holds for nothing.';
COMMENT ON COLUMN civic.routing_rules.description IS 'Why the rule is there.';
COMMENT ON COLUMN civic.routing_rules.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.routing_rules.updated_at IS 'When the row was last changed; null until then.';

ALTER TABLE civic.reports ADD CONSTRAINT reports_routed_by_rule_fkey FOREIGN KEY (organization_id, routed_by_rule_id)
    REFERENCES civic.routing_rules (organization_id, id);
CREATE INDEX reports_routed_by_rule ON civic.reports (organization_id, routed_by_rule_id)
    WHERE routed_by_rule_id IS NOT NULL;

CREATE TABLE civic.routing_decisions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    level civic.routing_level,
    rule_id uuid,
    department_id uuid,
    assigned_to uuid,
    category text,
    sub_category text,
    latitude civic.latitude NOT NULL,
    longitude civic.longitude NOT NULL,
    explanation jsonb NOT NULL,
    replaced_because text NOT NULL,
    replaced_by uuid DEFAULT civic.current_user_id(),
    replaced_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT routing_decisions_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id),
    CONSTRAINT routing_decisions_rule_fkey FOREIGN KEY (organization_id, rule_id)
        REFERENCES civic.routing_rules (organization_id, id),
    CONSTRAINT routing_decisions_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT routing_decisions_assigned_to_fkey FOREIGN KEY (organization_id, assigned_to)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT routing_decisions_replaced_by_fkey FOREIGN KEY (organization_id, replaced_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT routing_decisions_replaced_because_check CHECK (
        replaced_because IN ('changed', 'refused', 'asked', 'appealed')
    )
);
CREATE INDEX routing_decisions_report ON civic.routing_decisions (organization_id, report_id, id);
CREATE INDEX routing_decisions_rule ON civic.routing_decisions (organization_id, rule_id);
CREATE INDEX routing_decisions_department ON civic.routing_decisions (organization_id, department_id);
CREATE INDEX routing_decisions_assigned_to ON civic.routing_decisions (organization_id, assigned_to);
CREATE INDEX routing_decisions_replaced_by ON civic.routing_decisions (organization_id, replaced_by);
COMMENT ON TABLE civic.routing_decisions IS
    'Decisions of routing that another has replaced; the one that holds is in civic.reports. Never changed.';
COMMENT ON COLUMN civic.routing_decisions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.routing_decisions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.routing_decisions.report_id IS 'Report that was routed anew.';
COMMENT ON COLUMN civic.routing_decisions.level IS
    'How the report had found its department; null where it was imported.';
COMMENT ON COLUMN civic.routing_decisions.rule_id IS 'Rule that had decided; null for none.';
COMMENT ON COLUMN civic.routing_decisions.department_id IS 'Department that had the report; null for none.';
COMMENT ON COLUMN civic.routing_decisions.assigned_to IS 'Officer who had the report; null for none.';
COMMENT ON COLUMN civic.routing_decisions.category IS 'Category the report had, as its code was then.';
COMMENT ON COLUMN civic.routing_decisions.sub_category IS 'Sub-category the report had.';
COMMENT ON COLUMN civic.routing_decisions.latitude IS 'Where the report was, degrees north (WGS 84).';
COMMENT ON COLUMN civic.routing_decisions.longitude IS 'Where the report was, degrees east (WGS 84).';
COMMENT ON COLUMN civic.routing_decisions.explanation IS
    'Rules that fitted the old category and place when the decision was replaced, first the one that would hold: the'
    ' columns of civic.explain_route().';
COMMENT ON COLUMN civic.routing_decisions.replaced_because IS
    'changed: category or place; refused: no officer is left; asked: civic.route_report() was called;'
    ' appealed: an appeal was approved.';
COMMENT ON COLUMN civic.routing_decisions.replaced_by IS 'Person whose change it was; null for the system.';
COMMENT ON COLUMN civic.routing_decisions.replaced_at IS 'When the decision was replaced.';

CREATE TABLE civic.assignment_refusals (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    report_id uuid NOT NULL,
    user_id uuid NOT NULL,
    reason text,
    refused_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, report_id, user_id),
    CONSTRAINT assignment_refusals_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT assignment_refusals_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX assignment_refusals_user ON civic.assignment_refusals (organization_id, user_id);
COMMENT ON TABLE civic.assignment_refusals IS
    'Officers who have refused a report; none of them is chosen for it again.';
COMMENT ON COLUMN civic.assignment_refusals.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.assignment_refusals.report_id IS 'Report that was refused.';
COMMENT ON COLUMN civic.assignment_refusals.user_id IS 'Officer who refused it.';
COMMENT ON COLUMN civic.assignment_refusals.reason IS 'Why, as of the last time.';
COMMENT ON COLUMN civic.assignment_refusals.refused_at IS 'When, as of the last time.';

CREATE TABLE civic_private.officer_loads (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    shard integer NOT NULL,
    points integer NOT NULL,
    last_assigned_at timestamptz,
    PRIMARY KEY (organization_id, user_id, shard),
    CONSTRAINT officer_loads_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id)
) WITH (fillfactor = 50);
COMMENT ON TABLE civic_private.officer_loads IS
    'Points of the active tasks of officers, kept by triggers on civic.tasks. The load of an officer is the sum of'
    ' their rows: transactions that run at once write different ones, so that none waits for another.';
COMMENT ON COLUMN civic_private.officer_loads.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.officer_loads.user_id IS 'Officer.';
COMMENT ON COLUMN civic_private.officer_loads.shard IS 'Which of the rows of the officer; means nothing by itself.';
COMMENT ON COLUMN civic_private.officer_loads.points IS 'Part of the load, in points of priority; may be negative.';
COMMENT ON COLUMN civic_private.officer_loads.last_assigned_at IS
    'When work was last assigned to the officer, as far as this row knows.';
