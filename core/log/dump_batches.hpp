// Inside of dump.cpp: batches and their records as lines, in the form of Kafka's dump tool.
#pragma once

#include "core/log/dump.hpp"

namespace orrery::log {

Dump dump_batches(const Chain& content, DescribeRecord describe);

} // namespace orrery::log
