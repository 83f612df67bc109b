-- Every payload file of every release, in the order of the delivery.
SELECT release, name, toString(sha256), size, stored, path, part FROM artifact FINAL ORDER BY release, part, name
