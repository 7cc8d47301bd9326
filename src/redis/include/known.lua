-- Reads the jobs of a call that adds some, and tells which of them are known already: after a broken connection a
-- call is made again, and the first one may still come later than the second. Needs payload.lua and status.lua.
--
--   read_lines(args, first, step, status_prefix) -> { { payload, id, at, is_known }, … }
--     from args[first] on, `step` arguments a group, the last of which has payloads, one a line
--     id       of a payload of ours, else nil      at   where its group begins
--     is_known a tracked job that has a status

-- A hundred and more keys in one command cost little more than one.
local function mark_known(jobs, keys, owners)
  if #keys == 0 or redis.call('EXISTS', unpack(keys)) == 0 then return end
  for index, key in ipairs(keys) do
    jobs[owners[index]].is_known = redis.call('EXISTS', key) == 1
  end
end

local function our_id(payload)
  local id = string.match(payload, '^","id":"([0-9a-f]+)","queue_time":%d%d%d%d%d%d%d%d%d%d%.%d%d%d}$', -70)
  return id and #id == 32 and id or nil
end

local function read_lines(args, first, step, status_prefix)
  local jobs, keys, owners = {}, {}, {}
  for at = first, #args, step do
    for payload in string.gmatch(args[at + step - 1], '[^\n]+') do
      local id = our_id(payload)
      jobs[#jobs + 1] = { payload = payload, id = id, at = at }
      if id and is_tracked(id) then
        keys[#keys + 1] = status_prefix .. id .. ':status'
        owners[#keys] = #jobs
      end
    end
  end
  mark_known(jobs, keys, owners)
  return jobs
end
