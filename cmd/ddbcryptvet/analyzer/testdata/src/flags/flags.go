// Package flags has what is reported under other options.
package flags

type User struct {
	ID    string `json:"mail_id" ddbcrypt:"partition"`
	Email string `json:"email" ddbcrypt:"none"`
	Other string `json:"EMAIL"`                            // want `attribute names "EMAIL" and "email" \(field Email\) differ only in case`
	Cache string `json:"-" dynamodbav:"c" ddbcrypt:"sign"` // want `field is ignored`
}

type Order struct {
	ID    string `json:"mail_id" ddbcrypt:"partition"`
	Mails string `json:"m" ddbcrypt:"none"`          // want `the word "mail"`
	Day   string `json:"birth_date" ddbcrypt:"sign"` // want `attribute "birth_date" is not encrypted though its name has the word "birth date"`
	Email string `json:"email" ddbcrypt:"none"`
}
