// Package fixes has faults with a certain fix.
package fixes

type User struct {
	_       struct{} `ddbcrypt:"tabel=users"`                       // want `unknown option`
	ID      string   `dynamodbav:"id" ddbcrypt:"encrypt,partition"` // want `cannot be encrypted`
	Plan    string   `ddbcrypt:"sing" dynamodbav:"sing"`            // want `unknown word`
	City    string   `ddbcrypt:"sign,index=byCity:partiton"`        // want `unknown role`
	Email   string   `dbcrypt:"none" json:"dbcrypt"`                // want `unknown key`
	Cache   string   `dynamodbav:"-" ddbcrypt:"none"`               // want `field is ignored`
	Other   string   `ddbcrypt:"none" json:"x" dynamodbav:"-"`      // want `field is ignored`
	Created int64    `ddbcrypt:"sort,encrypt"`                      // want `must be the first word` `cannot be encrypted`
	A, B    string   `ddbcrypt:"sing"`                              // want `unknown word` `unknown word`
	Quoted  string   "ddbcrypt:\"sing\""                            // want `unknown word`
}
