package store

import (
	"errors"
	"io"
	"net"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// passingCodes are what ClickHouse answers when it cannot do now what it may do later: no memory, no room, too much to do,
// another node that is away, a replica that is behind. They are the numbers of ClickHouse's own ErrorCodes.cpp.
var passingCodes = []int32{
	75,  // CANNOT_WRITE_TO_FILE_DESCRIPTOR
	159, // TIMEOUT_EXCEEDED
	202, // TOO_MANY_SIMULTANEOUS_QUERIES
	209, // SOCKET_TIMEOUT
	210, // NETWORK_ERROR
	236, // ABORTED, while it shuts down
	241, // MEMORY_LIMIT_EXCEEDED
	242, // TABLE_IS_READ_ONLY, while Keeper is away
	243, // NOT_ENOUGH_SPACE
	252, // TOO_MANY_PARTS
	279, // ALL_CONNECTION_TRIES_FAILED
	285, // TOO_FEW_LIVE_REPLICAS
	289, // REPLICA_IS_NOT_IN_QUORUM
	319, // UNKNOWN_STATUS_OF_INSERT
	394, // QUERY_WAS_CANCELLED
	999, // KEEPER_EXCEPTION
}

// Passing tells whether a fault may be gone later without anything being changed here: ClickHouse does not answer, or has
// no means just now. What a run of ingest had done until then is cleared away by the next run.
func Passing(err error) bool {
	var said *clickhouse.Exception
	if errors.As(err, &said) {
		return slices.Contains(passingCodes, said.Code)
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, clickhouse.ErrAcquireConnTimeout) || errors.Is(err, clickhouse.ErrAcquireConnNoAddress)
}
