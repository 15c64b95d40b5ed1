package metastore_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

func TestVersionFromDescription(t *testing.T) {
	e := newEmbedded(t)
	for _, test := range []struct {
		name, id string
		want     int64
	}{
		{"users", "users#0", 0},
		{"users", "users#10", 10},
		{"users", "users#9223372036854775807", math.MaxInt64},
		{"a#b", "a#b#7", 7},
		{"a#1", "a#1#2", 2},
		{"#", "##3", 3},
		{"名前", "名前#4", 4},
	} {
		t.Run(test.id+" is a version of "+test.name, func(t *testing.T) {
			got, err := e.VersionFromDescription(test.name, cmp.MaterialDescription{"amzn-ddb-meta-id": test.id, "other": "x"})
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for _, id := range []string{
		"", "users", "users#", "#1", "users#-1", "users#-0", "users#+1", "users#01", "users#00", "users# 1", "users#1 ", "users#1.0", "users#1e0", "users#0x1",
		"users#1_0", "users#9223372036854775808", "users#18446744073709551616", "users#١", "users#１", "users#1\n", "users#1\x00", "users#1#1", "users##1",
		"Users#1", "user#1", "users2#1", " users#1", "xusers#1", "users-1", "users#" + string(make([]byte, 1<<16)),
	} {
		t.Run(strconv.Quote(id[:min(len(id), 40)])+" is no version of users", func(t *testing.T) {
			_, err := e.VersionFromDescription("users", cmp.MaterialDescription{"amzn-ddb-meta-id": id})
			requireClass(t, cmp.ErrDescription, err)
			assert.Less(t, len(err.Error()), 300, "the text of an error grows with the item")
		})
	}
	t.Run("a description without it is refused", func(t *testing.T) {
		for _, description := range []cmp.MaterialDescription{nil, {}, {"amzn-ddb-env-alg": "AES/256"}} {
			_, err := e.VersionFromDescription("users", description)
			requireClass(t, cmp.ErrDescription, err)
		}
	})
}
