SELECT version(),
       now() - toIntervalSecond(uptime()),
       toUInt64((SELECT sum(value) FROM system.metrics WHERE metric = 'MemoryTracking' AND value > 0)),
       (SELECT max(toUInt64OrZero(value)) FROM system.server_settings WHERE name = 'max_server_memory_usage'),
       (SELECT count() FROM system.parts WHERE active AND database = currentDatabase()),
       (SELECT sum(rows) FROM system.parts WHERE active AND database = currentDatabase()),
       (SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()),
       (SELECT count() FROM system.processes),
       (SELECT count() FROM system.merges)
