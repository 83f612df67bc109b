SELECT body FROM briefing WHERE id = {id:String} AND version = {version:UInt32} ORDER BY published ASC LIMIT 1
