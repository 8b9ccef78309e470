-- Spreads the tables over the nodes of a Citus cluster, by firm. Run once, as the owner, on the
-- coordinator, after `redink upgrade` has made the schema without partitions (no partitions= in the
-- address; Citus makes its own shards) and before there are rows; see docs/internals/store.md.
--
-- All of a firm lies on one node: every key begins with firm_id, every statement is bound to one firm, and
-- tables that are colocated join there. What the operator asks across firms goes to all nodes.
-- tests/store/schema.py checks that every table of the migrations is here.

SELECT create_distributed_table('trees', 'firm_id');
SELECT create_distributed_table('events', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('payloads', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('erasures', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('tiles', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('checkpoints', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('blobs', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('jobs', 'firm_id', colocate_with => 'trees');
SELECT create_distributed_table('search_term', 'firm_id', colocate_with => 'trees');
