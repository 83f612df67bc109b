-- Published briefings whose body does not hash to what was written beside it.
SELECT id, version FROM briefing WHERE lower(hex(SHA256(body))) != toString(hash) ORDER BY id, version
