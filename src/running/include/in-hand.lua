-- Reads the record of a job in hand, which Ruby and PHP show:
--
--   {"token":"<token of the reservation>","queue":…,"run_at":…,"payload":<the job's bytes>}
--
-- with "limits" after the token when the job has a place in any, see limits.lua.

local function payload_in_hand(record)
  local _, last = string.find(record, ',"payload":', 1, true)
  return string.sub(record, last + 1, -2)
end

local function queue_in_hand(record)
  return cjson.decode(string.match(record, '"queue":(".-"),"run_at":"'))
end
