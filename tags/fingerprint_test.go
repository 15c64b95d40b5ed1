package tags_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAFingerprintChangesWithTheModel(t *testing.T) {
	type first struct {
		_    struct{} `ddbcrypt:"table=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"sign"`
		Note string   `dynamodbav:"note"`
	}
	type same struct {
		_    struct{} `ddbcrypt:"table=users,default=encrypt"`
		ID   string   `dynamodbav:"id" ddbcrypt:"sign,partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"sign" json:"plan"`
		Note int      `dynamodbav:"note" ddbcrypt:"encrypt"`
	}
	type otherTable struct {
		_    struct{} `ddbcrypt:"table=people"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"sign"`
		Note string   `dynamodbav:"note"`
	}
	type otherAction struct {
		_    struct{} `ddbcrypt:"table=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"none"`
		Note string   `dynamodbav:"note"`
	}
	type otherFlag struct {
		_    struct{} `ddbcrypt:"table=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan,omitempty" ddbcrypt:"sign"`
		Note string   `dynamodbav:"note"`
	}
	type otherOption struct {
		_    struct{} `ddbcrypt:"table=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"index"`
		Note string   `dynamodbav:"note"`
	}
	type otherField struct {
		_     struct{} `ddbcrypt:"table=users"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan2 string   `dynamodbav:"plan" ddbcrypt:"sign"`
		Note  string   `dynamodbav:"note"`
	}
	print := modelOf[first](t).Fingerprint()
	assert.Len(t, print, 16)
	assert.Equal(t, print, modelOf[same](t).Fingerprint(), "what says the same in other words")
	seen := map[string]bool{print: true}
	for _, other := range []string{
		modelOf[otherTable](t).Fingerprint(), modelOf[otherAction](t).Fingerprint(), modelOf[otherFlag](t).Fingerprint(),
		modelOf[otherOption](t).Fingerprint(), modelOf[otherField](t).Fingerprint(),
	} {
		assert.False(t, seen[other])
		seen[other] = true
	}
}
