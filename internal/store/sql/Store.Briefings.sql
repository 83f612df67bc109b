-- Published briefings without their bodies, newest first.
SELECT id, version, corrects, title_sv, title_en, number, as_of, published, program, hash
FROM briefing
ORDER BY id, version DESC, published ASC
LIMIT 1 BY id, version
