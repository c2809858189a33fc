"""A full text index over turns, kept in step by the database itself, whatever path changes them."""

from alembic import op

revision = "0015"
down_revision = "0014"

SQLITE = """
CREATE TABLE turn_places (
    number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, turn INTEGER NOT NULL, UNIQUE (conversation, turn)
);
CREATE VIEW turn_texts AS SELECT p.number AS number, t.text AS text
    FROM turn_places p JOIN turns t ON t.conversation = p.conversation AND t.number = p.turn;
CREATE VIRTUAL TABLE turn_words USING fts5 (
    text, content = 'turn_texts', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 0'
);
INSERT INTO turn_places (conversation, turn) SELECT conversation, number FROM turns ORDER BY conversation, number;
INSERT INTO turn_words (turn_words) VALUES ('rebuild')
"""
"""A turn has no number that VACUUM would keep: turn_places gives it one."""
PLACE = "(SELECT number FROM turn_places WHERE conversation = {row}.conversation AND turn = {row}.number)"
ADD = "INSERT INTO turn_words (rowid, text) SELECT {number}, NEW.text".format(number=PLACE.format(row="NEW"))
DROP = "INSERT INTO turn_words (turn_words, rowid, text) SELECT 'delete', {number}, OLD.text".format(
    number=PLACE.format(row="OLD")
)
OLD = "WHERE conversation = OLD.conversation AND turn = OLD.number"
MOVE = "UPDATE turn_places SET conversation = NEW.conversation, turn = NEW.number "
TRIGGERS = {
    "INSERT": ("INSERT INTO turn_places (conversation, turn) VALUES (NEW.conversation, NEW.number)", ADD),
    "UPDATE": (DROP, MOVE + OLD, ADD),
    "DELETE": (DROP, "DELETE FROM turn_places " + OLD),  # noqa: S608
}
POSTGRES = """
CREATE TEXT SEARCH DICTIONARY frictionary_stem (TEMPLATE = snowball, Language = porter);
CREATE TEXT SEARCH CONFIGURATION frictionary (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION frictionary ALTER MAPPING FOR asciiword, word WITH frictionary_stem;
ALTER TABLE turns ADD COLUMN words tsvector GENERATED ALWAYS AS (
    to_tsvector('frictionary', translate(left(text, 100000), {punctuation}, repeat(' ', {length})))
) STORED;
CREATE INDEX turns_by_words ON turns USING gin (words)
"""
"""Porter's stems and no stop words, as in SQLite. A tsvector holds a megabyte: what comes after 100,000 characters of a
turn is not indexed."""
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE.split(";\n"):
            op.execute(statement)
        for change, steps in TRIGGERS.items():
            work = "; ".join(steps)
            op.execute(f"CREATE TRIGGER turn_words_{change.lower()} AFTER {change} ON turns BEGIN {work}; END")
        return
    quoted = "'" + PUNCTUATION.replace("'", "''") + "'"
    for statement in POSTGRES.split(";\n"):
        op.get_bind().exec_driver_sql(
            statement.replace("{punctuation}", quoted.replace("%", "%%")).replace("{length}", str(len(PUNCTUATION)))
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in TRIGGERS:
            op.execute(f"DROP TRIGGER turn_words_{change.lower()}")
        op.execute("DROP TABLE turn_words")
        op.execute("DROP VIEW turn_texts")
        op.execute("DROP TABLE turn_places")
        return
    op.drop_column("turns", "words")
    op.execute("DROP TEXT SEARCH CONFIGURATION frictionary")
    op.execute("DROP TEXT SEARCH DICTIONARY frictionary_stem")
