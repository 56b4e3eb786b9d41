-- The trees of RFC 6962 by their recursive definitions, from an array of leaf hashes, and the verifiers of RFC 9162.
CREATE FUNCTION twin.leaf_hash(leaf bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256('\x00'::bytea || leaf);

CREATE FUNCTION twin.node_hash(left_hash bytea, right_hash bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256('\x01'::bytea || left_hash || right_hash);

-- The largest power of two below size.
CREATE FUNCTION twin.tree_split(size integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    split integer := 1;
BEGIN
    WHILE 2 * split < tree_split.size LOOP
        split := 2 * split;
    END LOOP;
    RETURN split;
END
$$;

CREATE FUNCTION twin.tree_root(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    split integer;
BEGIN
    IF cardinality(tree_root.leaves) = 0 THEN
        RETURN sha256('');
    ELSIF cardinality(tree_root.leaves) = 1 THEN
        RETURN tree_root.leaves[1];
    END IF;
    split := twin.tree_split(cardinality(tree_root.leaves));
    RETURN twin.node_hash(twin.tree_root(tree_root.leaves[:split]), twin.tree_root(tree_root.leaves[split + 1:]));
END
$$;

-- leaf_index counts from 0.
CREATE FUNCTION twin.inclusion_proof(leaves bytea[], leaf_index integer) RETURNS bytea[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    split integer;
BEGIN
    IF inclusion_proof.leaf_index < 0 OR inclusion_proof.leaf_index >= cardinality(inclusion_proof.leaves) THEN
        RETURN NULL;
    ELSIF cardinality(inclusion_proof.leaves) = 1 THEN
        RETURN '{}';
    END IF;
    split := twin.tree_split(cardinality(inclusion_proof.leaves));
    IF inclusion_proof.leaf_index < split THEN
        RETURN twin.inclusion_proof(inclusion_proof.leaves[:split], inclusion_proof.leaf_index)
            || twin.tree_root(inclusion_proof.leaves[split + 1:]);
    END IF;
    RETURN twin.inclusion_proof(inclusion_proof.leaves[split + 1:], inclusion_proof.leaf_index - split)
        || twin.tree_root(inclusion_proof.leaves[:split]);
END
$$;

-- is_known: the root of the old tree is a node that the verifier has.
CREATE FUNCTION twin.consistency_proof(leaves bytea[], old_size integer, is_known boolean DEFAULT true) RETURNS bytea[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    split integer;
BEGIN
    IF consistency_proof.old_size > cardinality(consistency_proof.leaves) THEN
        RETURN NULL;
    ELSIF consistency_proof.old_size = 0 THEN
        RETURN '{}';
    ELSIF consistency_proof.old_size = cardinality(consistency_proof.leaves) THEN
        RETURN CASE WHEN consistency_proof.is_known THEN '{}' ELSE ARRAY[twin.tree_root(consistency_proof.leaves)] END;
    END IF;
    split := twin.tree_split(cardinality(consistency_proof.leaves));
    IF consistency_proof.old_size <= split THEN
        RETURN twin.consistency_proof(consistency_proof.leaves[:split], consistency_proof.old_size,
            consistency_proof.is_known) || twin.tree_root(consistency_proof.leaves[split + 1:]);
    END IF;
    RETURN twin.consistency_proof(consistency_proof.leaves[split + 1:], consistency_proof.old_size - split, false)
        || twin.tree_root(consistency_proof.leaves[:split]);
END
$$;

-- RFC 9162, 2.1.3.2
CREATE FUNCTION twin.verify_inclusion(leaf_hash bytea, leaf_index bigint, size bigint, proof bytea[], root bytea)
    RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    node bigint := verify_inclusion.leaf_index;
    last bigint := verify_inclusion.size - 1;
    hash bytea := verify_inclusion.leaf_hash;
    sibling bytea;
BEGIN
    IF node < 0 OR node > last THEN
        RETURN false;
    END IF;
    FOREACH sibling IN ARRAY verify_inclusion.proof LOOP
        IF last = 0 THEN
            RETURN false;
        ELSIF node % 2 = 1 OR node = last THEN
            hash := twin.node_hash(sibling, hash);
            WHILE node % 2 = 0 AND node <> 0 LOOP
                node := node / 2;
                last := last / 2;
            END LOOP;
        ELSE
            hash := twin.node_hash(hash, sibling);
        END IF;
        node := node / 2;
        last := last / 2;
    END LOOP;
    RETURN last = 0 AND hash = verify_inclusion.root;
END
$$;

-- RFC 9162, 2.1.4.2
CREATE FUNCTION twin.verify_consistency(old_size bigint, size bigint, old_root bytea, root bytea, proof bytea[])
    RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    path bytea[] := verify_consistency.proof;
    node bigint := verify_consistency.old_size - 1;
    last bigint := verify_consistency.size - 1;
    old_hash bytea;
    hash bytea;
    sibling bytea;
BEGIN
    IF node < 0 OR node > last THEN
        RETURN false;
    ELSIF node = last THEN
        RETURN cardinality(path) = 0 AND verify_consistency.old_root = verify_consistency.root;
    END IF;
    IF verify_consistency.old_size & node = 0 THEN
        path := verify_consistency.old_root || path;
    ELSIF cardinality(path) = 0 THEN
        RETURN false;
    END IF;
    WHILE node % 2 = 1 LOOP
        node := node / 2;
        last := last / 2;
    END LOOP;
    old_hash := path[1];
    hash := path[1];
    FOREACH sibling IN ARRAY path[2:] LOOP
        IF last = 0 THEN
            RETURN false;
        ELSIF node % 2 = 1 OR node = last THEN
            old_hash := twin.node_hash(sibling, old_hash);
            hash := twin.node_hash(sibling, hash);
            WHILE node % 2 = 0 AND node <> 0 LOOP
                node := node / 2;
                last := last / 2;
            END LOOP;
        ELSE
            hash := twin.node_hash(hash, sibling);
        END IF;
        node := node / 2;
        last := last / 2;
    END LOOP;
    RETURN last = 0 AND old_hash = verify_consistency.old_root AND hash = verify_consistency.root;
END
$$;
