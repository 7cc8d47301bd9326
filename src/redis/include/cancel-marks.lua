-- Which reservations of a worker process are to be cancelled: a set of marks, kept beside the record of its first
-- slot. Who settles such a job otherwise than as ended cancels it.
-- worker_prefix is the text before a worker's id, base the id of the first slot.

local function cancel_marks(worker_prefix, base)
  return worker_prefix .. base .. ':cancels'
end

local function cancel_mark(token, slot)
  return token .. ' ' .. slot
end

-- Whether the job of this record is to be cancelled.
local function is_marked(worker_prefix, base, slot, record)
  local token = string.match(record, '^{"token":"([^"]+)"')
  return token ~= nil
    and redis.call('SISMEMBER', cancel_marks(worker_prefix, base), cancel_mark(token, slot)) == 1
end
