-- Reads the jobs that a process took ahead. Each is two fields of its hand, so that no script has to put them together
-- for the thousands that are in it for some milliseconds:
--
--   <slot>   the record of a job in hand up to its payload, see in-hand.lua      p<slot>   the payload
--
-- ahead_fields(slot) -> the fields' names;   ahead_record(head, payload) -> the whole record, or false

local function ahead_fields(slot)
  return slot, 'p' .. slot
end

local function ahead_record(head, payload)
  return head and payload and head .. payload .. '}'
end

-- -> { slot = record, … }
local function all_ahead(hand)
  local values, records = {}, {}
  local flat = redis.call('HGETALL', hand)
  for index = 1, #flat, 2 do values[flat[index]] = flat[index + 1] end
  for field, head in pairs(values) do
    local slot = tonumber(field)
    if slot then records[slot] = ahead_record(head, values['p' .. field]) or nil end
  end
  return records
end
