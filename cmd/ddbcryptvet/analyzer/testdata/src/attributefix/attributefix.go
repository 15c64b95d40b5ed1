// Package attributefix has faults with a certain fix.
package attributefix

import "time"

type User struct {
	ID      string    `dynamodbav:"id,omitempty" ddbcrypt:"partition"`        // want `omitempty`
	Created int64     `dynamodbav:",nullempty,omitempty" ddbcrypt:"sort"`     // want `: omitempty` `: nullempty` `together`
	Plan    string    `dynamodbav:"plan,omitemtpy,stringset" ddbcrypt:"sign"` // want `omitemtpy`
	Count   int       `dynamodbav:"count,unixtime,string"`                    // want `unixtime`
	Version int       `dynamodbav:"v,string" ddbcrypt:"version"`              // want `string`
	Expires time.Time `ddbcrypt:"ttl"`                                        // want `unixtime`
}

type Order struct {
	Expires time.Time `dynamodbav:"at" ddbcrypt:"ttl"` // want `unixtime`
}

type Item struct {
	Expires int64 `dynamodbav:"at,string,omitempty" ddbcrypt:"ttl"` // want `string`
}
