package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

type (
	inOldTable struct {
		_ struct{} `ddbcrypt:"table=club"`
		Member
	}
	inNewTable struct {
		_ struct{} `ddbcrypt:"table=association,signedas=club"`
		Member
	}
)

func init() {
	suite["a table is renamed while programs run"] = func(t *testing.T, w *world) {
		w.prefix = "" // signedas names the whole table
		before := createMapper[inOldTable](t, w)
		ready := openMapper[inNewTable](t, w, mapper.WithTable("club"))
		r := newRollout(t, before)
		r.live("the programs learn the name that items are signed under", program(r, before), program(r, ready))

		after := createMapper[inNewTable](t, w)
		byName := openMapper[inOldTable](t, w, mapper.WithTable("association"), mapper.WithSignedTableName("club"))
		byNames := openMapper[inOldTable](t, w, mapper.WithTable("association"), mapper.WithSignedTableNames(map[string]string{"association": "club"}))
		for _, item := range w.stored(t, "club") { // as a restore from a backup does
			w.plant(t, "association", item)
		}
		r.live("the programs use the copy", program(r, after), program(r, byName), program(r, byNames))
		finished(r, after)

		// A program that was only told the new name.
		requireRefused(t, openMapper[inOldTable](t, w, mapper.WithTable("association")))
		require.NoError(t, openMapper[inOldTable](t, w, mapper.WithTable("association")).Save(t.Context(), &inOldTable{Member: Member{ID: "x"}}))
		_, err := after.Load(t.Context(), "x")
		requireClass(t, err, "Load", crypto.ErrSignature)
	}
}
