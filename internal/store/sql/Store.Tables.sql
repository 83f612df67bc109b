-- A database's tables with their columns; the staging tables of runs of ingest are left out.
SELECT t.name, t.engine, c.names, c.types
FROM (SELECT name, engine FROM system.tables WHERE database = {database:String} AND NOT startsWith(name, 'stage_')) AS t
INNER JOIN
(
    SELECT table, groupArray(name) AS names, groupArray(type) AS types
    FROM (SELECT table, name, type FROM system.columns WHERE database = {database:String} ORDER BY table, position)
    GROUP BY table
) AS c ON c.table = t.name
ORDER BY t.name
