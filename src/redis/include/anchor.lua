-- Notes how an entry runs, and since when: from the moment when its timing became what it is. Nothing that lies
-- before that moment is ever made up. Needs now.lua.
--
-- The note is "<since, ms> <timing>", or "-<ms>" for an entry that is not in force, since then.

local function read_anchor(definitions_key, name)
  return string.match(redis.call('HGET', definitions_key, name) or '', '^(%d+) (.*)$')
end

-- An entry that has run keeps the planned time of its last run, from which an interval counts on; one that has
-- not run yet is registered anew, as the negative of that moment.
-- -> since, ms, as text
local function anchor(last_key, definitions_key, counts_key, name, timing, now_text)
  local since, known = read_anchor(definitions_key, name)
  if known == timing then return since end
  if not known then redis.call('HDEL', counts_key, name) end
  redis.call('HSET', definitions_key, name, now_text .. ' ' .. timing)
  if tonumber(redis.call('HGET', last_key, name) or 0) <= 0 then
    redis.call('HSET', last_key, name, '-' .. now_text)
  end
  return now_text
end

-- Moves the moment forward, when a pause has ended.
local function anchor_later(definitions_key, name, since_text)
  local since, timing = read_anchor(definitions_key, name)
  if since and tonumber(since) < tonumber(since_text) then
    redis.call('HSET', definitions_key, name, since_text .. ' ' .. timing)
  end
end
