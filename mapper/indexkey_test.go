package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestKeysOfAnIndexAreNotEmpty(t *testing.T) {
	type parcel struct {
		_     struct{} `ddbcrypt:"table=parcels"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Depot *string  `dynamodbav:"depot" ddbcrypt:"index=byDepot:partition"`
		State string   `dynamodbav:"state,omitempty" ddbcrypt:"index=byDepot:sort"`
	}
	client := &recorder{DynamoDB: silent}
	parcels := newMapper[parcel](t, client)
	for name, value := range map[string]parcel{"nil": {ID: canary, State: canary}, "empty text": {ID: canary, Depot: new(string)}} {
		err := parcels.Save(t.Context(), &value)
		requireClass(t, err, "Save", crypto.ErrConfig)
		requireNoCanary(t, err)
		assert.ErrorContains(t, err, `attribute "depot", field Depot, is a key of an index and is empty; set it, or leave it out by the option omitempty`, name)
	}
	assert.Zero(t, client.requests())
	require.NoError(t, parcels.Save(t.Context(), &parcel{ID: "x", Depot: pointer("d")}))
	require.NotContains(t, client.puts[0].Item, "state")
}
