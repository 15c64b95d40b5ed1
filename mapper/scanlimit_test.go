package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestPagesOfSegmentsAreNotCutWhereNothingTellsThePosition(t *testing.T) {
	users := newMapper[user](t, silent)
	for name, options := range map[string][]mapper.ScanOption{
		"in an index that no tag names":     {mapper.Index("byPlan")},
		"in items that are read after keys": {mapper.FetchWhole()},
	} {
		pages := 0
		for _, err := range users.ScanPages(t.Context(), append(options, mapper.Segments(2), mapper.Limit(3))...) {
			pages++
			requireClass(t, err, "ScanPages", crypto.ErrConfig)
			assert.ErrorContains(t, err, "use PageSize", name)
		}
		assert.Equal(t, 1, pages, name)
	}
}
