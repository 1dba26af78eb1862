/**
 * The passwords that are guessed first: the entries of at least eight characters at the head of the lists that are published each year
 * (NordPass, SplashData, and the NCSC's list of breached passwords), in lower case. Runs, repetitions and rows of keys are refused by
 * their form and need no entry.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `password passw0rd passw0rd! p@ssword p@ssw0rd pa$$word pa$$w0rd password1 password2 password3 password! password1! password12 password123
  password1234 passw0rd1 p@ssw0rd1 p@ssword1 p@ssw0rd! p@ssw0rd123 mypassword thepassword newpassword changeme changeme1 changeme123
  changeit letmein1 letmein123 letmeinnow welcome1 welcome2 welcome12 welcome123 welcome1! welcome@123 welcome1234 iloveyou iloveyou1
  iloveyou2 iloveyou! iloveu123 ilovegod loveyou1 lovelove princess princess1 sunshine sunshine1 superman superman1 batman123 spiderman
  pokemon1 pokemon123 football football1 baseball baseball1 basketball softball soccer123 hockey123 liverpool liverpool1 chelsea1
  arsenal1 barcelona manchester jordan23 michael1 michelle jennifer jessica1 jonathan charlie1 ashley123 daniel123 anthony1 matthew1
  danielle samantha victoria alexander elizabeth christian computer computer1 internet internet1 internet123 whatever whatever1 trustno1
  starwars starwars1 starwars123 dragon123 dragonball monkey123 monkey12 shadow123 master123 killer123 hunter123 summer123 winter123
  spring123 autumn123 flower123 freedom1 freedom123 america1 midnight blessed1 blink182 babygirl babygirl1 butterfly chocolate cocacola
  corvette mercedes mustang1 ferrari1 porsche1 yamaha123 hello123 hello1234 helloworld hello12345 test1234 test12345 testtest
  testing123 tester123 admin123 admin1234 admin12345 admin@123 administrator admin123456 root1234 rootroot toor1234 user1234
  guest123 guest1234 default1 default123 secret123 topsecret supersecret temp1234 temppass temppass1 temporary demo1234 demodemo
  login123 access123 access14 access2024 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyui qwertyuiop qwerty1! qwe123456
  qweasdzxc qweasd123 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qaz@wsx zaq12wsx zaq1zaq1 zaq1xsw2 !qaz2wsx
  q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 asdf1234 asdfasdf asdfghjkl asdfghjkl1 asd123456 asdasdasd zxcvbnm1 zxcvbnm123 zxcvbnm, zxcv1234
  azertyuiop azerty123 abc12345 abc123456 abcd1234 abcd12345 abcde12345 abc123abc a1b2c3d4 a1b2c3d4e5 a1234567 a12345678 a123456789
  aa123456 aa12345678 aaa123456 as123456 1234qwer 123qweasd 12qwaszx 123abc123 1a2b3c4d 123123123 123321123 12341234 12344321
  11223344 1122334455 112233445566 12121212 13131313 123454321 147258369 159357456 159753456 741852963 789456123 987654321a 321654987
  123456789a 123456789q 12345678a 1234567890q 1234567a 123456abc 123456qwerty 123456aa 102030405 10203040 01012000 20202020 19841984
  football123 superstar rockstar1 metallica nirvana1 slipknot slipknot1 pakistan india123 india@123 indonesia bismillah alhamdulillah
  samsung1 samsung123 android1 google123 facebook facebook1 linkedin linkedin1 myspace1 microsoft windows10 minecraft fortnite1 roblox123
  schalke04 passwort passwort1 passwort123 hallo123 hallo1234 ficken123 schatz123 motdepasse bonjour1 bonjour123 doudou123 loulou123
  soleil123 contraseña contrasena contraseña1 teamo123 estrella mariposa tequiero senha123 senha1234 brasil123 mudar123 wachtwoord
  welkom01 welkom123 geheim123 haslo123 polska123 zaq12wsx1 heslo1234 salasana lösenord lozinka123 parola123 sifre123 galatasaray
  fenerbahce besiktas`.split(/\s+/),
);
