package client_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
)

func TestErrorsAsJSONTellNoValues(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			r := newRig(t, open)
			r.tamper(t, memberKey(1))
			_, err := r.users(client.CollectBadItems()).Scan(t.Context(), &dynamodb.ScanInput{TableName: &r.table})
			var collected *client.ItemsError
			require.ErrorAs(t, err, &collected)
			for _, err := range []error{err, collected, collected.Items[0]} {
				body, fault := json.Marshal(err)
				require.NoError(t, fault)
				for _, canary := range canaries {
					require.NotContains(t, string(body), canary)
				}
			}
		})
	}
}
