package memdb_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb/conformance"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, memdb.New().Client())
}
