"""Customers' features for Feast, from the file that `frictionary export features --out features.parquet` writes.

    frictionary export features --out data/features.parquet
    feast apply
    feast materialize-incremental 2026-11-01T00:00:00

`feast` must be of version 0.40 or later. Fields are those of docs/features.md.
"""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Float64, Int64, String

DATA = Path(__file__).parent / "data" / "features.parquet"
KEYS = ("customer", "at")
TYPES = {"string": String, "int64": Int64, "double": Float64}

customer = Entity(name="customer", join_keys=["customer"], value_type=ValueType.STRING, description="A pseudonym.")
source = FileSource(name="frictionary", path=str(DATA), timestamp_field="at")
schema = [Field(name=f.name, dtype=TYPES[str(f.type)]) for f in pq.read_schema(DATA) if f.name not in KEYS]
features = FeatureView(
    name="customer_features", entities=[customer], schema=schema, source=source, ttl=timedelta(days=90), online=True
)
service = FeatureService(name="frictionary", features=[features])
