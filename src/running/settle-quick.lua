-- What settle.lua does for a worker process whose jobs all went well, in a fraction of the time: no record is read.
-- That is sound while the hand is just as the process left it, and it is when the last call that the hand has seen is
-- the last one that the process had an answer to. Else nothing is done, and settle.lua looks at each record.
-- Whoever takes the process for dead removes the hand, so that this one knows nothing any more.
-- No functions at this level: Redis puts them together at each call. What only some jobs need stands in a block.
-- KEYS[1] hand of the process   KEYS[2] pause-all-workers   KEYS[3] paused_queues   KEYS[4] attempts   KEYS[5] deaths
-- KEYS[6] stat:processed   KEYS[7] stat:processed of the process   KEYS[8], … the queues to reserve from, by priority
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] number of the last call that was answered
-- ARGV[3] number of this call   ARGV[4] token of the process   ARGV[5] key of its first slot's record
-- ARGV[6] number of slots with such a record; what is in the others is in the hand
-- ARGV[7] text before a job's id   ARGV[8] channel for who waits for an end   ARGV[9] now, as worker records write it
-- ARGV[10] seconds that a final status is kept   ARGV[11] slots whose jobs are complete, as ranges: '1-3,7-7'
-- ARGV[12] slots to take jobs into, as ranges   ARGV[13] most jobs to take
-- ARGV[14] most to take while there are jobs that a worker died with
-- ARGV[15] number of statuses to write always   ARGV[16] number of those to write only if the key exists
-- ARGV[17] the ids that have ended, joined by commas
-- ARGV[18], … pairs: key of a status, its record; then the names of the queues
-- reply: { 0 } when the hand is another one, else { milliseconds of Redis,
--          attempts before and deaths before of all jobs as two lists, or 0 and 0 when none has any,
--          number of jobs it would have taken, had there been so many,
--          then for each queue: its name, number of jobs, payloads … }; the slots are filled in order
local call, find, sub, byte = redis.call, string.find, string.sub, string.byte
if call('HGET', KEYS[1], 'call') ~= ARGV[2] then return { 0 } end

local time = call('TIME')
local true_ms, now_s = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000)), time[1]
local now_ms = true_ms
if ARGV[1] ~= '' then
  now_ms, now_s = ARGV[1], string.format('%.0f', math.floor(tonumber(ARGV[1]) / 1000))
end

local settled, gone = 0, {}
for from, to in string.gmatch(ARGV[11], '(%d+)-(%d+)') do
  for slot = tonumber(from), tonumber(to) do
    gone[slot] = true
    settled = settled + 1
  end
end

-- Redis hashes every text that a script makes, byte by byte: statuses come ready made. The end of their time is told
-- instead of its length, which Redis would have to write anew for its log.
local queues_at = 18 + 2 * (ARGV[15] + ARGV[16])
if queues_at > 18 then
  local until_ms, only_if_there = string.format('%.0f', true_ms + 1000 * ARGV[10]), 18 + 2 * ARGV[15]
  for at = 18, queues_at - 1, 2 do
    if at < only_if_there then
      call('SET', ARGV[at], ARGV[at + 1], 'PXAT', until_ms)
    else
      call('SET', ARGV[at], ARGV[at + 1], 'PXAT', until_ms, 'XX')
    end
  end
  redis.pcall('PUBLISH', ARGV[8], ARGV[17])
end

local most, counted = tonumber(ARGV[13]), 0
local reply = { now_ms, 0, 0, most }
local slots, taken = {}, 0
if most > 0 then
  for from, to in string.gmatch(ARGV[12], '(%d+)-(%d+)') do
    for slot = tonumber(from), tonumber(to) do slots[#slots + 1] = slot end
  end
  most = math.min(most, #slots)
  counted = call('EXISTS', KEYS[4], KEYS[5])
  if counted > 0 and call('EXISTS', KEYS[5]) == 1 then most = math.min(most, tonumber(ARGV[14])) end
  reply[4] = most
  local pause = redis.pcall('GET', KEYS[2])
  if type(pause) == 'string' and string.lower(string.match(pause, '^%s*(.-)%s*$')) == 'true' then most = 0 end
end

local records, in_hand, statuses, odd, all = {}, { 'call', ARGV[3] }, {}, {}, {}
if most > 0 then
  local shown, base, paused = tonumber(ARGV[6]), ARGV[5], {}
  local mark = '{"token":"' .. ARGV[4] .. '.' .. ARGV[3] .. '","queue":'
  local members = redis.pcall('SMEMBERS', KEYS[3])
  for index = 1, #members do paused[members[index]] = true end
  for index = 8, #KEYS do
    local queue = ARGV[queues_at + index - 8]
    local jobs = taken < most and not paused[queue] and redis.pcall('LPOP', KEYS[index], most - taken)
    -- A key that is no list is left alone; but a Redis that takes no writes is no empty queue: raise what it said.
    if jobs and jobs.err then
      if not find(jobs.err, 'WRONGTYPE', 1, true) then call('LPOP', KEYS[index], most - taken) end
      jobs = false
    end
    if jobs then
      local name = cjson.encode(queue)
      local head = mark .. name .. ',"run_at":"' .. ARGV[9] .. '","payload":'
      -- Our payloads end in "queue", "id" (32) and "queue_time" (10 digits and 3): no need to search.
      local named = ',"queue":' .. name .. ','
      local named_at = -68 - #named
      local running, tail = '{"status":2,"updated":' .. now_s .. ',"started":',
        ',"queue":' .. name .. ',"updated_ms":' .. now_ms .. '}'
      reply[#reply + 1], reply[#reply + 2] = queue, #jobs
      local class_mark, rest = '-', nil
      for at = 1, #jobs do
        local payload = jobs[at]
        taken = taken + 1
        local slot = slots[taken]
        gone[slot] = nil
        if slot > shown then -- see include/ahead.lua
          local count = #in_hand
          in_hand[count + 1], in_hand[count + 2] = slot, head
          in_hand[count + 3], in_hand[count + 4] = 'p' .. slot, payload
        else
          local key = slot == 1 and base or base .. ':' .. slot
          if #payload > 1000 then -- a long text that a script makes costs more than two commands
            call('SET', key, head)
            call('APPEND', key, payload)
            call('APPEND', key, '}')
          else
            records[#records + 1] = key
            records[#records + 1] = head .. payload .. '}'
          end
        end
        if sub(payload, named_at, -69) == named
          and find(payload, '^"id":"[0-9a-f]+","queue_time":%d%d%d%d%d%d%d%d%d%d%.%d%d%d}$', -68) then
          if byte(payload, -62) < 56 then -- '8': tracked, see job/id.ts
            -- Jobs of one class mostly follow one another.
            if sub(payload, 1, #class_mark) ~= class_mark then
              local class = string.match(payload, '^{"class":("[^"\\]+"),"args":')
              class_mark = class and '{"class":' .. class .. ',"args":' or '-'
              rest = class and ',"result":null,"class":' .. class .. tail
            end
            if rest then
              statuses[#statuses + 1] = ARGV[7] .. sub(payload, -62, -31) .. ':status'
              statuses[#statuses + 1] = running .. sub(payload, -15, -6) .. rest
            else
              odd[taken] = queue
            end
          end
        elseif find(payload, '"id"', 1, true) then
          odd[taken] = queue
        end
        reply[#reply + 1], all[taken] = payload, payload
      end
    end
  end
end

if #records > 0 then call('MSET', unpack(records)) end
call('HSET', KEYS[1], unpack(in_hand))
if next(gone) then
  local shown, keys, fields = tonumber(ARGV[6]), {}, {}
  for slot in pairs(gone) do
    if slot > shown then
      fields[#fields + 1] = slot
      fields[#fields + 1] = 'p' .. slot
    else
      keys[#keys + 1] = slot == 1 and ARGV[5] or ARGV[5] .. ':' .. slot
    end
  end
  if #keys > 0 then call('DEL', unpack(keys)) end
  if #fields > 0 then call('HDEL', KEYS[1], unpack(fields)) end
end
if #statuses > 0 then call('MSET', unpack(statuses)) end
if settled > 0 then
  redis.pcall('INCRBY', KEYS[6], settled)
  redis.pcall('INCRBY', KEYS[7], settled)
end

if next(odd) then
-- @include now
-- @include payload
-- @include status
  for at, queue in pairs(odd) do
    local kind, class, _, id, seconds, prefix = read_payload(all[at])
    if kind == 'ours' and is_tracked(id) then
      local record = status_record(2, class, queue, seconds, '', tonumber(now_ms), now_s)
      call('SET', status_key(ARGV[7], id), record)
    elseif kind and kind ~= 'ours' and id then
      update_foreign_status(status_key(ARGV[7], id, prefix), 2, nil, now_s)
    end
  end
end

if counted > 0 and taken > 0 then
-- @include now
-- @include payload
  local fields = {}
  for at = 1, taken do
    local _, _, _, id = read_payload(all[at])
    fields[at] = count_field(id, all[at])
  end
  for index = 4, 5 do
    local counts = call('EXISTS', KEYS[index]) == 1 and call('HMGET', KEYS[index], unpack(fields)) or {}
    for at = 1, taken do counts[at] = tonumber(counts[at] or 0) or 0 end
    reply[index - 2] = counts
  end
end
return reply
