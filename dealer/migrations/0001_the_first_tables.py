"""The first tables."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("subject", NameType(40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "subject", "year", name="pk_counters"),
    )
    op.create_table(
        "files",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", NameType(64), nullable=False),
        sa.Column("media_type", NameType(40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kept_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sha256", name="pk_files"),
    )
    op.create_table(
        "history",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("for_whom_id", sa.Uuid(), nullable=True),
        sa.Column("because_seq", sa.BigInteger(), nullable=True),
        sa.Column("kind", NameType(40), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("action", NameType(40), nullable=False),
        sa.Column("was", NameType(40), nullable=True),
        sa.Column("now", NameType(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("prev", NameType(64), nullable=False),
        sa.Column("hash", NameType(64), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "seq", name="pk_history"),
    )
    op.create_index("ix_history_case", "history", ["store_id", "case_id", "seq"], unique=False)
    op.create_index("ix_history_thing", "history", ["store_id", "thing_id", "seq"], unique=False)
    op.create_table(
        "history_heads",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", NameType(64), nullable=False),
        sa.Column("mac", NameType(64), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name="pk_history_heads"),
    )
    op.create_table(
        "history_personal",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("field", NameType(40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "seq", "field", name="pk_history_personal"),
    )
    op.create_table(
        "jobs",
        sa.Column("key", NameType(200), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("kind", NameType(40), nullable=False),
        sa.Column("payload", DocumentType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", NameType(40), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
    )
    op.create_index(
        "ix_jobs_open",
        "jobs",
        ["state", "not_before"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "models",
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("brand", NameType(200), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("configuration", NameType(200), nullable=False),
        sa.Column("gearbox", sa.String(length=40), nullable=False),
        sa.Column("energy", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("displacement", NameType(40), nullable=False),
        sa.Column("maker", NameType(200), nullable=False),
        sa.Column("colours", DocumentType(), nullable=False),
        sa.Column("relief_listed", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
    )
    op.create_index("ix_models_store_id", "models", ["store_id"], unique=False)
    op.create_index("uq_models_code", "models", ["store_id", "code"], unique=True)
    op.create_table(
        "people",
        sa.Column("sign_in", NameType(60), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("password_hash", NameType(200), nullable=False),
        sa.Column("password_given", sa.Boolean(), nullable=False),
        sa.Column("language", NameType(40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("licence_classes", NameType(40), nullable=True),
        sa.Column("licence_since", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("sign_in", name="uq_people_sign_in"),
    )
    op.create_table(
        "renderings",
        sa.Column("subject_kind", NameType(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("template", NameType(40), nullable=False),
        sa.Column("language", NameType(40), nullable=False),
        sa.Column("fingerprint", NameType(64), nullable=False),
        sa.Column("terms", DocumentType(), nullable=False),
        sa.Column("number", NameType(40), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("trouble", DocumentType(), nullable=True),
        sa.Column("pdf_sha256", NameType(64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_renderings"),
        sa.UniqueConstraint(
            "subject_id", "template", "language", "fingerprint", "number", "trial", name="uq_renderings_paper"
        ),
    )
    op.create_index("ix_renderings_store_id", "renderings", ["store_id"], unique=False)
    op.create_table(
        "routes",
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("motorway", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routes"),
    )
    op.create_index("ix_routes_store_id", "routes", ["store_id"], unique=False)
    op.create_index("uq_routes_code", "routes", ["store_id", "code"], unique=True)
    op.create_table(
        "sign_in_tries",
        sa.Column("whose_hash", NameType(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_whose", "sign_in_tries", ["whose_hash", "at"], unique=False)
    op.create_table(
        "stores",
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("uscc", NameType(40), nullable=False),
        sa.Column("legal_representative", NameType(200), nullable=False),
        sa.Column("address", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("after_sales_phone", NameType(40), nullable=False),
        sa.Column("bank", NameType(200), nullable=False),
        sa.Column("bank_account", NameType(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stores"),
        sa.UniqueConstraint("code", name="uq_stores_code"),
    )
    op.create_table(
        "workers",
        sa.Column("id", NameType(40), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.create_table(
        "customers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("name_pinyin", sa.Text(), nullable=False),
        sa.Column("name_initials", NameType(200), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=False),
        sa.Column("uscc", NameType(40), nullable=True),
        sa.Column("legal_representative", NameType(200), nullable=True),
        sa.Column("address", NameType(200), nullable=True),
        sa.Column("bank", NameType(200), nullable=True),
        sa.Column("bank_account", NameType(40), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("procurement", sa.Boolean(), nullable=False),
        sa.Column("credit_until", sa.Date(), nullable=True),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_customers_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_initials", "customers", ["store_id", "name_initials"], unique=False)
    op.create_index("ix_customers_name", "customers", ["store_id", "name"], unique=False)
    op.create_index("ix_customers_store_id", "customers", ["store_id"], unique=False)
    op.create_index("ix_customers_uscc", "customers", ["store_id", "uscc"], unique=False)
    op.create_index("uq_customers_number", "customers", ["store_id", "number"], unique=True)
    op.create_table(
        "deadlines",
        sa.Column("kind", NameType(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_kind", NameType(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("role", NameType(40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("values", DocumentType(), nullable=True),
        sa.Column("by_system", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["people.id"], name="fk_deadlines_done_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_deadlines_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
    )
    op.create_index("ix_deadlines_due", "deadlines", ["store_id", "done_at", "due_at"], unique=False)
    op.create_index("ix_deadlines_owner_id", "deadlines", ["owner_id"], unique=False)
    op.create_index("ix_deadlines_store_id", "deadlines", ["store_id"], unique=False)
    op.create_index("ix_deadlines_subject", "deadlines", ["subject_id"], unique=False)
    op.create_table(
        "demo_cars",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("plate", NameType(40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=False),
        sa.Column("plate_until", sa.Date(), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=False),
        sa.Column("inspected_until", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_demo_cars_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_demo_cars"),
    )
    op.create_index("ix_demo_cars_store_id", "demo_cars", ["store_id"], unique=False)
    op.create_index("uq_demo_cars_plate", "demo_cars", ["store_id", "plate"], unique=True)
    op.create_table(
        "file_bytes",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", NameType(64), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "sha256"], ["files.store_id", "files.sha256"], name="fk_file_bytes_store_id_sha256"
        ),
        sa.PrimaryKeyConstraint("store_id", "sha256", name="pk_file_bytes"),
    )
    op.create_table(
        "parked_forms",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_parked_forms_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_parked_forms"),
    )
    op.create_index("ix_parked_forms_person_id", "parked_forms", ["person_id"], unique=False)
    op.create_table(
        "policies",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(40), nullable=False),
        sa.Column("value", DocumentType(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_policies_approved_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_policies_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint("store_id", "number", name="uq_policies_store_id_number"),
    )
    op.create_index("ix_policies_case_id", "policies", ["case_id"], unique=False)
    op.create_index("ix_policies_name", "policies", ["store_id", "name", "from_day"], unique=False)
    op.create_index("ix_policies_store_id", "policies", ["store_id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("group_head_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["group_head_id"], ["people.id"], name="fk_postings_group_head_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_postings_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_postings"),
        sa.UniqueConstraint("store_id", "person_id", "role", name="uq_postings_store_id_person_id_role"),
    )
    op.create_index("ix_postings_person_id", "postings", ["person_id"], unique=False)
    op.create_index("ix_postings_store_id", "postings", ["store_id"], unique=False)
    op.create_table(
        "posts_once",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("route", NameType(200), nullable=False),
        sa.Column("key", NameType(64), nullable=False),
        sa.Column("body_hash", NameType(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_posts_once_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_posts_once"),
        sa.UniqueConstraint("person_id", "route", "key", name="uq_posts_once_person_id_route_key"),
    )
    op.create_index("ix_posts_once_store_id", "posts_once", ["store_id"], unique=False)
    op.create_table(
        "price_lists",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(40), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("source_sha256", NameType(64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_price_lists_approved_by_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_price_lists_made_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_price_lists_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_price_lists"),
        sa.UniqueConstraint("store_id", "number", name="uq_price_lists_store_id_number"),
    )
    op.create_index("ix_price_lists_case_id", "price_lists", ["case_id"], unique=False)
    op.create_index("ix_price_lists_in_force", "price_lists", ["store_id", "state", "effective_from"], unique=False)
    op.create_index("ix_price_lists_store_id", "price_lists", ["store_id"], unique=False)
    op.create_table(
        "print_log",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("pdf_sha256", NameType(64), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_print_log_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_print_log"),
        sa.UniqueConstraint("subject_id", "pdf_sha256", "copy", name="uq_print_log_subject_id_pdf_sha256_copy"),
    )
    op.create_index("ix_print_log_store", "print_log", ["store_id", "at"], unique=False)
    op.create_index("ix_print_log_store_id", "print_log", ["store_id"], unique=False)
    op.create_table(
        "signed_in",
        sa.Column("token_hash", NameType(64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", NameType(200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_signed_in_person_id"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_signed_in_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signed_in"),
        sa.UniqueConstraint("token_hash", name="uq_signed_in_token_hash"),
    )
    op.create_index("ix_signed_in_person_id", "signed_in", ["person_id"], unique=False)
    op.create_table(
        "stand_ins",
        sa.Column("away_id", sa.Uuid(), nullable=False),
        sa.Column("stand_in_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["away_id"], ["people.id"], name="fk_stand_ins_away_id"),
        sa.ForeignKeyConstraint(["stand_in_id"], ["people.id"], name="fk_stand_ins_stand_in_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stand_ins"),
    )
    op.create_index("ix_stand_ins_stand_in_id", "stand_ins", ["stand_in_id"], unique=False)
    op.create_index("ix_stand_ins_store_id", "stand_ins", ["store_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("post", NameType(200), nullable=False),
        sa.Column("do_not_call", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_contacts_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_customer_id", "contacts", ["customer_id"], unique=False)
    op.create_index("ix_contacts_phone", "contacts", ["store_id", "phone"], unique=False)
    op.create_index("ix_contacts_store_id", "contacts", ["store_id"], unique=False)
    op.create_table(
        "price_list_lines",
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("marked", sa.BigInteger(), nullable=False),
        sa.Column("floor_consultant", sa.BigInteger(), nullable=False),
        sa.Column("floor_key_account", sa.BigInteger(), nullable=False),
        sa.Column("floor_general", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_price_list_lines_model_id"),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_lists.id"], name="fk_price_list_lines_price_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_price_list_lines"),
    )
    op.create_index("ix_price_list_lines_price_list_id", "price_list_lines", ["price_list_id"], unique=False)
    op.create_index("ix_price_list_lines_store_id", "price_list_lines", ["store_id"], unique=False)
    op.create_index("uq_price_list_lines_model", "price_list_lines", ["price_list_id", "model_id"], unique=True)
    op.create_table(
        "deals",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("title", NameType(200), nullable=False),
        sa.Column("held_from", sa.String(length=40), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("terms", sa.String(length=40), nullable=False),
        sa.Column("filing_approved", sa.Boolean(), nullable=False),
        sa.Column("filing_wanted", sa.Boolean(), nullable=False),
        sa.Column("clash_with_id", sa.Uuid(), nullable=True),
        sa.Column("clash_settled", sa.Boolean(), nullable=False),
        sa.Column("loss_asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("loss_reason", sa.String(length=40), nullable=True),
        sa.Column("loss_competitor", NameType(200), nullable=True),
        sa.Column("loss_remark", sa.Text(), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rework_asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("rework_to", sa.String(length=40), nullable=True),
        sa.Column("rework_reason", sa.Text(), nullable=True),
        sa.Column("reopen_asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("void_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_ground", NameType(40), nullable=True),
        sa.Column("cancel_notice_day", sa.Date(), nullable=True),
        sa.Column("cancel_deposit_outcome", sa.BigInteger(), nullable=True),
        sa.Column("open_complaint", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clash_with_id"], ["deals.id"], name="fk_deals_clash_with_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_deals_contact_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_deals_customer_id"),
        sa.ForeignKeyConstraint(["loss_asked_by_id"], ["people.id"], name="fk_deals_loss_asked_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_deals_owner_id"),
        sa.ForeignKeyConstraint(["reopen_asked_by_id"], ["people.id"], name="fk_deals_reopen_asked_by_id"),
        sa.ForeignKeyConstraint(["rework_asked_by_id"], ["people.id"], name="fk_deals_rework_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deals"),
        sa.UniqueConstraint("store_id", "number", name="uq_deals_store_id_number"),
    )
    op.create_index("ix_deals_board", "deals", ["store_id", "state", "since"], unique=False)
    op.create_index("ix_deals_case_id", "deals", ["case_id"], unique=False)
    op.create_index("ix_deals_customer_id", "deals", ["customer_id"], unique=False)
    op.create_index("ix_deals_owner", "deals", ["store_id", "owner_id", "state"], unique=False)
    op.create_index("ix_deals_owner_id", "deals", ["owner_id"], unique=False)
    op.create_index("ix_deals_store_id", "deals", ["store_id"], unique=False)
    op.create_table(
        "drive_waivers",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_drive_waivers_deal_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_drive_waivers_model_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_drive_waivers_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drive_waivers"),
    )
    op.create_index("ix_drive_waivers_deal_id", "drive_waivers", ["deal_id"], unique=False)
    op.create_index("ix_drive_waivers_store_id", "drive_waivers", ["store_id"], unique=False)
    op.create_table(
        "needs",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(length=40), nullable=False),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("decision_maker", NameType(200), nullable=False),
        sa.Column("purchase_mode", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_needs_deal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_needs"),
        sa.UniqueConstraint("deal_id", name="uq_needs_deal_id"),
    )
    op.create_index("ix_needs_store_id", "needs", ["store_id"], unique=False)
    op.create_table(
        "prospects",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("name_pinyin", sa.Text(), nullable=False),
        sa.Column("name_initials", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("company", NameType(200), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("do_not_call", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("loss_asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("loss_reason", sa.String(length=40), nullable=True),
        sa.Column("loss_brand", NameType(200), nullable=False),
        sa.Column("loss_model", NameType(200), nullable=False),
        sa.Column("loss_remark", sa.Text(), nullable=False),
        sa.Column("freeze_asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("freeze_reason", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_prospects_customer_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_prospects_deal_id"),
        sa.ForeignKeyConstraint(["freeze_asked_by_id"], ["people.id"], name="fk_prospects_freeze_asked_by_id"),
        sa.ForeignKeyConstraint(["loss_asked_by_id"], ["people.id"], name="fk_prospects_loss_asked_by_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_prospects_model_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_prospects_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_prospects"),
        sa.UniqueConstraint("store_id", "number", name="uq_prospects_store_id_number"),
    )
    op.create_index("ix_prospects_case_id", "prospects", ["case_id"], unique=False)
    op.create_index("ix_prospects_due", "prospects", ["store_id", "owner_id", "next_contact_at"], unique=False)
    op.create_index("ix_prospects_overdue", "prospects", ["store_id", "next_contact_at"], unique=False)
    op.create_index("ix_prospects_owner_id", "prospects", ["owner_id"], unique=False)
    op.create_index("ix_prospects_state", "prospects", ["store_id", "state", "since"], unique=False)
    op.create_index("ix_prospects_store_id", "prospects", ["store_id"], unique=False)
    op.create_index("uq_prospects_phone", "prospects", ["store_id", "phone"], unique=True)
    op.create_table(
        "quotations",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Uuid(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.Column("tender_valid_until", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("pdf_sha256", NameType(64), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proof_sha256", NameType(64), nullable=True),
        sa.Column("project_approval", NameType(40), nullable=True),
        sa.Column("project_file_sha256", NameType(64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("evidence_sha256", NameType(64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_quotations_deal_id"),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_lists.id"], name="fk_quotations_price_list_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_quotations_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quotations"),
        sa.UniqueConstraint("store_id", "number", name="uq_quotations_store_id_number"),
    )
    op.create_index("ix_quotations_case_id", "quotations", ["case_id"], unique=False)
    op.create_index("ix_quotations_deal_id", "quotations", ["deal_id"], unique=False)
    op.create_index("ix_quotations_series", "quotations", ["store_id", "series", "revision"], unique=False)
    op.create_index("ix_quotations_store_id", "quotations", ["store_id"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("quotation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code", NameType(40), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.String(length=40), nullable=False),
        sa.Column("deposit_kind", sa.String(length=40), nullable=False),
        sa.Column("deposit", sa.BigInteger(), nullable=False),
        sa.Column("performance_bond", sa.BigInteger(), nullable=False),
        sa.Column("bond_by_guarantee", sa.Boolean(), nullable=False),
        sa.Column("damages_permille", sa.Integer(), nullable=True),
        sa.Column("damages_cap_percent", sa.Integer(), nullable=True),
        sa.Column("end_after_days", sa.Integer(), nullable=False),
        sa.Column("odometer_limit", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("inspection_days", sa.Integer(), nullable=False),
        sa.Column("storage_fee", sa.BigInteger(), nullable=False),
        sa.Column("signing_place", NameType(200), nullable=False),
        sa.Column("dispute", sa.String(length=40), nullable=False),
        sa.Column("arbitration", NameType(200), nullable=False),
        sa.Column("copies_each", sa.Integer(), nullable=False),
        sa.Column("copies_filed", sa.Integer(), nullable=False),
        sa.Column("warranty_months", sa.Integer(), nullable=False),
        sa.Column("warranty_km", sa.Integer(), nullable=False),
        sa.Column("price_includes", sa.Text(), nullable=False),
        sa.Column("price_excludes", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("special", sa.Text(), nullable=False),
        sa.Column("features", DocumentType(), nullable=False),
        sa.Column("seller_agent", NameType(200), nullable=False),
        sa.Column("seller_agent_phone", NameType(40), nullable=False),
        sa.Column("seller_authorisation", NameType(200), nullable=False),
        sa.Column("award_day", sa.Date(), nullable=True),
        sa.Column("procurement", DocumentType(), nullable=False),
        sa.Column("late_sign_reason", sa.Text(), nullable=True),
        sa.Column("late_sign_by_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", NameType(64), nullable=True),
        sa.Column("frozen", DocumentType(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("pdf_sha256", NameType(64), nullable=True),
        sa.Column("seller_signer", NameType(200), nullable=True),
        sa.Column("seller_signed_on", sa.Date(), nullable=True),
        sa.Column("buyer_signer", NameType(200), nullable=True),
        sa.Column("buyer_signed_on", sa.Date(), nullable=True),
        sa.Column("further_signed_on", sa.Date(), nullable=True),
        sa.Column("signed_scan_sha256", NameType(64), nullable=True),
        sa.Column("signed_recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_contracts_deal_id"),
        sa.ForeignKeyConstraint(["late_sign_by_id"], ["people.id"], name="fk_contracts_late_sign_by_id"),
        sa.ForeignKeyConstraint(["quotation_id"], ["quotations.id"], name="fk_contracts_quotation_id"),
        sa.ForeignKeyConstraint(["signed_recorded_by_id"], ["people.id"], name="fk_contracts_signed_recorded_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_contracts_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contracts"),
        sa.UniqueConstraint("store_id", "code", name="uq_contracts_store_id_code"),
        sa.UniqueConstraint("store_id", "number", name="uq_contracts_store_id_number"),
    )
    op.create_index("ix_contracts_case_id", "contracts", ["case_id"], unique=False)
    op.create_index("ix_contracts_deal_id", "contracts", ["deal_id"], unique=False)
    op.create_index("ix_contracts_store_id", "contracts", ["store_id"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level_before", sa.String(length=40), nullable=True),
        sa.Column("level_after", sa.String(length=40), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["follow_ups.id"], name="fk_follow_ups_corrects_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_follow_ups_person_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_follow_ups_prospect_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    op.create_index("ix_follow_ups_prospect_id", "follow_ups", ["prospect_id"], unique=False)
    op.create_index("ix_follow_ups_store_id", "follow_ups", ["store_id"], unique=False)
    op.create_table(
        "need_lines",
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_need_lines_model_id"),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name="fk_need_lines_need_id"),
        sa.PrimaryKeyConstraint("id", name="pk_need_lines"),
    )
    op.create_index("ix_need_lines_need_id", "need_lines", ["need_id"], unique=False)
    op.create_index("ix_need_lines_store_id", "need_lines", ["store_id"], unique=False)
    op.create_table(
        "quotation_lines",
        sa.Column("quotation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("marked", sa.BigInteger(), nullable=True),
        sa.Column("floor_own", sa.BigInteger(), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_quotation_lines_model_id"),
        sa.ForeignKeyConstraint(["quotation_id"], ["quotations.id"], name="fk_quotation_lines_quotation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quotation_lines"),
    )
    op.create_index("ix_quotation_lines_quotation_id", "quotation_lines", ["quotation_id"], unique=False)
    op.create_index("ix_quotation_lines_store_id", "quotation_lines", ["store_id"], unique=False)
    op.create_table(
        "test_drives",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("experience", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("prospect_id", sa.Uuid(), nullable=True),
        sa.Column("booked_by_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("occupation", NameType(200), nullable=False),
        sa.Column("address", NameType(200), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", NameType(64), nullable=True),
        sa.Column("number_tail", NameType(40), nullable=True),
        sa.Column("number_masked", NameType(40), nullable=True),
        sa.Column("number_kind", sa.String(length=40), nullable=True),
        sa.Column("entered_by_id", sa.Uuid(), nullable=True),
        sa.Column("compared_by_id", sa.Uuid(), nullable=True),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("licence_classes", NameType(40), nullable=True),
        sa.Column("licence_since", sa.Date(), nullable=True),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("licence_for_ever", sa.Boolean(), nullable=False),
        sa.Column("licence_form", sa.String(length=40), nullable=True),
        sa.Column("licence_status", sa.String(length=40), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls_welcome", sa.Boolean(), nullable=False),
        sa.Column("guardian", NameType(200), nullable=False),
        sa.Column("customer_link", NameType(200), nullable=False),
        sa.Column("sober_declared", sa.Boolean(), nullable=False),
        sa.Column("driver_signature_sha256", NameType(64), nullable=True),
        sa.Column("consultant_signature_sha256", NameType(64), nullable=True),
        sa.Column("agreement_scan_sha256", NameType(64), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override_by_id", sa.Uuid(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("odometer_out", sa.Integer(), nullable=True),
        sa.Column("odometer_in", sa.Integer(), nullable=True),
        sa.Column("fuel_out", sa.Integer(), nullable=True),
        sa.Column("fuel_in", sa.Integer(), nullable=True),
        sa.Column("checked_out_by_id", sa.Uuid(), nullable=True),
        sa.Column("feedback", DocumentType(), nullable=True),
        sa.Column("abort_reason", sa.String(length=40), nullable=True),
        sa.Column("abort_remark", sa.Text(), nullable=True),
        sa.Column("refusal_code", NameType(40), nullable=True),
        sa.Column("bad_conduct", sa.Boolean(), nullable=False),
        sa.Column("conduct_cleared_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["booked_by_id"], ["people.id"], name="fk_test_drives_booked_by_id"),
        sa.ForeignKeyConstraint(["car_id"], ["demo_cars.id"], name="fk_test_drives_car_id"),
        sa.ForeignKeyConstraint(["checked_out_by_id"], ["people.id"], name="fk_test_drives_checked_out_by_id"),
        sa.ForeignKeyConstraint(["compared_by_id"], ["people.id"], name="fk_test_drives_compared_by_id"),
        sa.ForeignKeyConstraint(["conduct_cleared_by_id"], ["people.id"], name="fk_test_drives_conduct_cleared_by_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_test_drives_customer_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_test_drives_deal_id"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name="fk_test_drives_entered_by_id"),
        sa.ForeignKeyConstraint(["override_by_id"], ["people.id"], name="fk_test_drives_override_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_test_drives_owner_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_test_drives_prospect_id"),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name="fk_test_drives_route_id"),
        sa.PrimaryKeyConstraint("id", name="pk_test_drives"),
        sa.UniqueConstraint("store_id", "number", name="uq_test_drives_store_id_number"),
    )
    op.create_index("ix_test_drives_car", "test_drives", ["car_id", "starts_at"], unique=False)
    op.create_index("ix_test_drives_car_id", "test_drives", ["car_id"], unique=False)
    op.create_index("ix_test_drives_case_id", "test_drives", ["case_id"], unique=False)
    op.create_index("ix_test_drives_customer_id", "test_drives", ["customer_id"], unique=False)
    op.create_index("ix_test_drives_day", "test_drives", ["store_id", "starts_at"], unique=False)
    op.create_index("ix_test_drives_deal_id", "test_drives", ["deal_id"], unique=False)
    op.create_index("ix_test_drives_number_hash", "test_drives", ["number_hash"], unique=False)
    op.create_index("ix_test_drives_prospect_id", "test_drives", ["prospect_id"], unique=False)
    op.create_index("ix_test_drives_store_id", "test_drives", ["store_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("arrival", sa.String(length=40), nullable=True),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=True),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("no_phone", sa.Boolean(), nullable=False),
        sa.Column("area", NameType(200), nullable=False),
        sa.Column("company", NameType(200), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("competitor", NameType(200), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("pay_mode", sa.String(length=40), nullable=True),
        sa.Column("trade_in", sa.Boolean(), nullable=False),
        sa.Column("drove", sa.Boolean(), nullable=False),
        sa.Column("quoted", sa.Boolean(), nullable=False),
        sa.Column("questionnaire", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("logged_by_id", sa.Uuid(), nullable=False),
        sa.Column("prospect_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("result", NameType(200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_visits_customer_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_visits_deal_id"),
        sa.ForeignKeyConstraint(["logged_by_id"], ["people.id"], name="fk_visits_logged_by_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_visits_model_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_visits_owner_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_visits_prospect_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sa.UniqueConstraint("store_id", "number", name="uq_visits_store_id_number"),
    )
    op.create_index("ix_visits_case_id", "visits", ["case_id"], unique=False)
    op.create_index("ix_visits_day", "visits", ["store_id", "day", "came_at"], unique=False)
    op.create_index("ix_visits_owner_id", "visits", ["owner_id"], unique=False)
    op.create_index("ix_visits_phone", "visits", ["store_id", "phone", "came_at"], unique=False)
    op.create_index("ix_visits_prospect_id", "visits", ["prospect_id"], unique=False)
    op.create_index("ix_visits_store_id", "visits", ["store_id"], unique=False)
    op.create_index("ix_visits_turn", "visits", ["store_id", "owner_id", "came_at"], unique=False)
    op.create_table(
        "batches",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("planned_as", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("sent_by_seller", sa.Boolean(), nullable=False),
        sa.Column("contact", NameType(200), nullable=False),
        sa.Column("contact_phone", NameType(40), nullable=False),
        sa.Column("excused_days", sa.Integer(), nullable=False),
        sa.Column("excuse", sa.Text(), nullable=True),
        sa.Column("excuse_sha256", NameType(64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_batches_contract_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_batches_deal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("contract_id", "position", name="uq_batches_contract_id_position"),
        sa.UniqueConstraint("store_id", "number", name="uq_batches_store_id_number"),
    )
    op.create_index("ix_batches_case_id", "batches", ["case_id"], unique=False)
    op.create_index("ix_batches_contract_id", "batches", ["contract_id"], unique=False)
    op.create_index("ix_batches_deal_id", "batches", ["deal_id"], unique=False)
    op.create_index("ix_batches_due", "batches", ["store_id", "state", "due_on"], unique=False)
    op.create_index("ix_batches_store_id", "batches", ["store_id"], unique=False)
    op.create_table(
        "contract_lines",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("quotation_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("extras", DocumentType(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_contract_lines_contract_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_contract_lines_model_id"),
        sa.ForeignKeyConstraint(
            ["quotation_line_id"], ["quotation_lines.id"], name="fk_contract_lines_quotation_line_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contract_lines"),
    )
    op.create_index("ix_contract_lines_contract_id", "contract_lines", ["contract_id"], unique=False)
    op.create_index("ix_contract_lines_store_id", "contract_lines", ["store_id"], unique=False)
    op.create_table(
        "drive_checks",
        sa.Column("drive_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", NameType(40), nullable=False),
        sa.Column("rule", NameType(40), nullable=False),
        sa.Column("seen", NameType(200), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("code", NameType(40), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["test_drives.id"], name="fk_drive_checks_drive_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_drive_checks_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drive_checks"),
    )
    op.create_index("ix_drive_checks_drive_id", "drive_checks", ["drive_id"], unique=False)
    op.create_index("ix_drive_checks_store_id", "drive_checks", ["store_id"], unique=False)
    op.create_table(
        "former_issues",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("fingerprint", NameType(64), nullable=False),
        sa.Column("frozen", DocumentType(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("pdf_sha256", NameType(64), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_former_issues_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_former_issues"),
        sa.UniqueConstraint("store_id", "code", name="uq_former_issues_store_id_code"),
    )
    op.create_index("ix_former_issues_contract_id", "former_issues", ["contract_id"], unique=False)
    op.create_index("ix_former_issues_store_id", "former_issues", ["store_id"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("drive_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("police_number", NameType(40), nullable=False),
        sa.Column("insurer_number", NameType(40), nullable=False),
        sa.Column("injured", sa.Boolean(), nullable=False),
        sa.Column("other_party", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("photo_sha256", NameType(64), nullable=True),
        sa.Column("reported_by_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_incidents_deal_id"),
        sa.ForeignKeyConstraint(["drive_id"], ["test_drives.id"], name="fk_incidents_drive_id"),
        sa.ForeignKeyConstraint(["reported_by_id"], ["people.id"], name="fk_incidents_reported_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_deal_id", "incidents", ["deal_id"], unique=False)
    op.create_index("ix_incidents_drive_id", "incidents", ["drive_id"], unique=False)
    op.create_index("ix_incidents_store_id", "incidents", ["store_id"], unique=False)
    op.create_table(
        "instalments",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_instalments_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_instalments"),
    )
    op.create_index("ix_instalments_contract_id", "instalments", ["contract_id"], unique=False)
    op.create_index("ix_instalments_store_id", "instalments", ["store_id"], unique=False)
    op.create_table(
        "line_extras",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("named_in_tender", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["quotation_lines.id"], name="fk_line_extras_line_id"),
        sa.PrimaryKeyConstraint("id", name="pk_line_extras"),
    )
    op.create_index("ix_line_extras_line_id", "line_extras", ["line_id"], unique=False)
    op.create_index("ix_line_extras_store_id", "line_extras", ["store_id"], unique=False)
    op.create_table(
        "parties",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("roles", DocumentType(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("uscc", NameType(40), nullable=True),
        sa.Column("legal_representative", NameType(200), nullable=False),
        sa.Column("agent", NameType(200), nullable=False),
        sa.Column("agent_phone", NameType(40), nullable=False),
        sa.Column("authorisation_sha256", NameType(64), nullable=True),
        sa.Column("authorisation_number", NameType(40), nullable=False),
        sa.Column("authorised_on", sa.Date(), nullable=True),
        sa.Column("address", NameType(200), nullable=False),
        sa.Column("post_code", NameType(40), nullable=False),
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("bank", NameType(200), nullable=False),
        sa.Column("bank_account", NameType(40), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_parties_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_parties"),
    )
    op.create_index("ix_parties_contract_id", "parties", ["contract_id"], unique=False)
    op.create_index("ix_parties_store_id", "parties", ["store_id"], unique=False)
    op.create_table(
        "planned_batches",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("line_position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("sent_by_seller", sa.Boolean(), nullable=False),
        sa.Column("contact", NameType(200), nullable=False),
        sa.Column("contact_phone", NameType(40), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_planned_batches_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_planned_batches"),
    )
    op.create_index("ix_planned_batches_contract_id", "planned_batches", ["contract_id"], unique=False)
    op.create_index("ix_planned_batches_store_id", "planned_batches", ["store_id"], unique=False)
    op.create_table(
        "price_exceptions",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("quotation_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("fleet", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proof_sha256", NameType(64), nullable=True),
        sa.Column("project_approval", NameType(40), nullable=True),
        sa.Column("project_file_sha256", NameType(64), nullable=True),
        sa.Column("asked", DocumentType(), nullable=False),
        sa.Column("net_total", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("counter_total", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("approved", DocumentType(), nullable=True),
        sa.Column("approved_total", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_price_exceptions_deal_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_price_exceptions_decided_by_id"),
        sa.ForeignKeyConstraint(["line_id"], ["quotation_lines.id"], name="fk_price_exceptions_line_id"),
        sa.ForeignKeyConstraint(["quotation_id"], ["quotations.id"], name="fk_price_exceptions_quotation_id"),
        sa.ForeignKeyConstraint(["requester_id"], ["people.id"], name="fk_price_exceptions_requester_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_price_exceptions_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_price_exceptions"),
        sa.UniqueConstraint("store_id", "number", name="uq_price_exceptions_store_id_number"),
    )
    op.create_index("ix_price_exceptions_case_id", "price_exceptions", ["case_id"], unique=False)
    op.create_index("ix_price_exceptions_deal_id", "price_exceptions", ["deal_id"], unique=False)
    op.create_index(
        "ix_price_exceptions_inbox", "price_exceptions", ["store_id", "state", "tier", "due_at"], unique=False
    )
    op.create_index("ix_price_exceptions_line_id", "price_exceptions", ["line_id"], unique=False)
    op.create_index("ix_price_exceptions_quotation_id", "price_exceptions", ["quotation_id"], unique=False)
    op.create_index("ix_price_exceptions_store_id", "price_exceptions", ["store_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("payer", NameType(200), nullable=False),
        sa.Column("reference", NameType(200), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name="fk_receipts_confirmed_by_id"),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_receipts_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
    )
    op.create_index("ix_receipts_contract_id", "receipts", ["contract_id"], unique=False)
    op.create_index("ix_receipts_store_id", "receipts", ["store_id"], unique=False)
    op.create_table(
        "receivers",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_receivers_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receivers"),
    )
    op.create_index("ix_receivers_contract_id", "receivers", ["contract_id"], unique=False)
    op.create_index("ix_receivers_store_id", "receivers", ["store_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_reviews_contract_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reviews_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_contract_id", "reviews", ["contract_id"], unique=False)
    op.create_index("ix_reviews_store_id", "reviews", ["store_id"], unique=False)
    op.create_table(
        "batch_shares",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("contract_line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_shares_batch_id"),
        sa.ForeignKeyConstraint(["contract_line_id"], ["contract_lines.id"], name="fk_batch_shares_contract_line_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_shares"),
    )
    op.create_index("ix_batch_shares_batch_id", "batch_shares", ["batch_id"], unique=False)
    op.create_index("ix_batch_shares_contract_line_id", "batch_shares", ["contract_line_id"], unique=False)
    op.create_index("ix_batch_shares_store_id", "batch_shares", ["store_id"], unique=False)
    op.create_table(
        "units",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("vin", NameType(40), nullable=False),
        sa.Column("engine_number", NameType(40), nullable=False),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.String(length=40), nullable=False),
        sa.Column("certificate_number", NameType(40), nullable=False),
        sa.Column("invoice", sa.String(length=40), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("carrier", NameType(200), nullable=True),
        sa.Column("waybill", NameType(40), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("damage", sa.Text(), nullable=True),
        sa.Column("damage_photo_sha256", NameType(64), nullable=True),
        sa.Column("lent_to", NameType(200), nullable=True),
        sa.Column("lent_until", sa.Date(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("contract_line_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("claim_batch_id", sa.Uuid(), nullable=True),
        sa.Column("claim_reason", sa.Text(), nullable=True),
        sa.Column("claim_by_id", sa.Uuid(), nullable=True),
        sa.Column("pdi_passed_on", sa.Date(), nullable=True),
        sa.Column("defect", sa.Text(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_ground", sa.Text(), nullable=True),
        sa.Column("return_asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_units_batch_id"),
        sa.ForeignKeyConstraint(["claim_batch_id"], ["batches.id"], name="fk_units_claim_batch_id"),
        sa.ForeignKeyConstraint(["claim_by_id"], ["people.id"], name="fk_units_claim_by_id"),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_units_contract_id"),
        sa.ForeignKeyConstraint(["contract_line_id"], ["contract_lines.id"], name="fk_units_contract_line_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_units_model_id"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["units.id"], name="fk_units_replaced_by_id"),
        sa.ForeignKeyConstraint(["replaces_id"], ["units.id"], name="fk_units_replaces_id"),
        sa.ForeignKeyConstraint(["return_asked_by_id"], ["people.id"], name="fk_units_return_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("store_id", "number", name="uq_units_store_id_number"),
    )
    op.create_index("ix_units_batch_id", "units", ["batch_id"], unique=False)
    op.create_index("ix_units_case", "units", ["case_id", "state"], unique=False)
    op.create_index("ix_units_case_id", "units", ["case_id"], unique=False)
    op.create_index("ix_units_contract", "units", ["contract_id", "state"], unique=False)
    op.create_index("ix_units_stock", "units", ["store_id", "model_id", "state"], unique=False)
    op.create_index("ix_units_store_id", "units", ["store_id"], unique=False)
    op.create_index(
        "uq_units_vin",
        "units",
        ["store_id", "vin"],
        unique=True,
        sqlite_where=sa.text("state != 'returned'"),
        postgresql_where=sa.text("state != 'returned'"),
    )
    op.create_table(
        "handovers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("consultant_id", sa.Uuid(), nullable=False),
        sa.Column("receiver", NameType(200), nullable=False),
        sa.Column("receiver_phone", NameType(40), nullable=False),
        sa.Column("authorisation_sha256", NameType(64), nullable=True),
        sa.Column("driven_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked", DocumentType(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=False),
        sa.Column("exceptions", NameType(200), nullable=False),
        sa.Column("signature_sha256", NameType(64), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_handovers_batch_id"),
        sa.ForeignKeyConstraint(["consultant_id"], ["people.id"], name="fk_handovers_consultant_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_handovers_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
        sa.UniqueConstraint("store_id", "number", name="uq_handovers_store_id_number"),
    )
    op.create_index("ix_handovers_batch_id", "handovers", ["batch_id"], unique=False)
    op.create_index("ix_handovers_store_id", "handovers", ["store_id"], unique=False)
    op.create_index("ix_handovers_unit_id", "handovers", ["unit_id"], unique=False)
    op.create_table(
        "inspections",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("items", DocumentType(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_inspections_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_inspections_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
    )
    op.create_index("ix_inspections_store_id", "inspections", ["store_id"], unique=False)
    op.create_index("ix_inspections_unit_id", "inspections", ["unit_id"], unique=False)
    op.create_table(
        "invoices",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", NameType(40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("buyer", NameType(200), nullable=False),
        sa.Column("buyer_code", NameType(40), nullable=True),
        sa.Column("vin", NameType(40), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("red_number", NameType(40), nullable=True),
        sa.Column("red_on", sa.Date(), nullable=True),
        sa.Column("red_reason", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_invoices_contract_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_invoices_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("store_id", "number", name="uq_invoices_store_id_number"),
    )
    op.create_index("ix_invoices_contract_id", "invoices", ["contract_id"], unique=False)
    op.create_index("ix_invoices_store_id", "invoices", ["store_id"], unique=False)
    op.create_index("ix_invoices_unit_id", "invoices", ["unit_id"], unique=False)
    op.create_index(
        "uq_invoices_live",
        "invoices",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("red_on IS NULL"),
        postgresql_where=sa.text("red_on IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("invoices")
    op.drop_table("inspections")
    op.drop_table("handovers")
    op.drop_table("units")
    op.drop_table("batch_shares")
    op.drop_table("reviews")
    op.drop_table("receivers")
    op.drop_table("receipts")
    op.drop_table("price_exceptions")
    op.drop_table("planned_batches")
    op.drop_table("parties")
    op.drop_table("line_extras")
    op.drop_table("instalments")
    op.drop_table("incidents")
    op.drop_table("former_issues")
    op.drop_table("drive_checks")
    op.drop_table("contract_lines")
    op.drop_table("batches")
    op.drop_table("visits")
    op.drop_table("test_drives")
    op.drop_table("quotation_lines")
    op.drop_table("need_lines")
    op.drop_table("follow_ups")
    op.drop_table("contracts")
    op.drop_table("quotations")
    op.drop_table("prospects")
    op.drop_table("needs")
    op.drop_table("drive_waivers")
    op.drop_table("deals")
    op.drop_table("price_list_lines")
    op.drop_table("contacts")
    op.drop_table("stand_ins")
    op.drop_table("signed_in")
    op.drop_table("print_log")
    op.drop_table("price_lists")
    op.drop_table("posts_once")
    op.drop_table("postings")
    op.drop_table("policies")
    op.drop_table("parked_forms")
    op.drop_table("file_bytes")
    op.drop_table("demo_cars")
    op.drop_table("deadlines")
    op.drop_table("customers")
    op.drop_table("workers")
    op.drop_table("stores")
    op.drop_table("sign_in_tries")
    op.drop_table("routes")
    op.drop_table("renderings")
    op.drop_table("people")
    op.drop_table("models")
    op.drop_table("jobs")
    op.drop_table("history_personal")
    op.drop_table("history_heads")
    op.drop_table("history")
    op.drop_table("files")
    op.drop_table("counters")
